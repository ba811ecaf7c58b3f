import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { plainTable } from '../cli/plain-table.ts';
import type { OperationReference } from '../client/index.ts';
import { createTestKit } from '../local/test-kit.ts';
import type { FaultInput } from '../simulator/fault-schema.ts';
import { benchRequest } from './bench-request.ts';

/**
 * Creates a cluster and deletes it, with the vendor's SDK and with this project, while one answer to the create is lost. It
 * prints how many clusters each has made, and how many are left after a delete that succeeded. It asserts nothing.
 *
 * It needs Go, which fetches the SDK as an ordinary module.
 */
type AnswerFault = Extract<FaultInput, { kind: 'latency' | 'drop-after' | 'truncated' | 'status' }>;
const lostAnswers: Readonly<Record<string, AnswerFault>> = {
  none: { kind: 'latency', ms: 0 },
  'the connection closes': { kind: 'drop-after' },
  'the answer breaks off': { kind: 'truncated' },
  'a gateway answers 500': { kind: 'status', status: 500, when: 'after' },
  'a gateway answers 503': { kind: 'status', status: 503, when: 'after' },
};

const folder = fileURLToPath(new URL('vendor-sdk', import.meta.url));
const program = join(mkdtempSync(join(tmpdir(), 'vendor-sdk-')), 'vendor-sdk');
await execa('go', ['build', '-o', program, '.'], { cwd: folder, stdio: 'inherit' });

// The run has a server of its own, whatever the surroundings say.
delete process.env.TEMPORAL_ADDRESS;
const kit = await createTestKit({ createSeconds: 2, deleteSeconds: 1 });
const contenders = { 'vendor SDK': createAndDeleteWithSDK, ours: createAndDeleteWithOurs };
const rows: string[][] = [];
let runs = 0;
try {
  for (const [lost, fault] of Object.entries(lostAnswers)) {
    for (const [contender, createAndDelete] of Object.entries(contenders)) {
      const clusterName = `lost-answer-${(runs += 1)}`;
      await kit.simulator.addFault({ ...fault, call: 'createCluster', name: clusterName, times: 1 });
      const told = await createAndDelete(clusterName);
      const requests = (await kit.simulator.log('createCluster')).filter((entry) => entry.clusterName === clusterName);
      const left = (await kit.simulator.clusters()).filter((cluster) => cluster.clusterName === clusterName);
      rows.push([
        lost,
        contender,
        String(requests.length),
        String(requests.filter(({ effect }) => effect === 'created').length),
        told,
        String(left.length),
      ]);
    }
  }
} finally {
  await kit.stop();
  rmSync(dirname(program), { recursive: true });
}
const table = plainTable(
  ['LOST ANSWER', 'WITH', 'CREATE REQUESTS', 'CLUSTERS MADE', 'THE CALLER IS TOLD', 'CLUSTERS LEFT'],
  rows,
);
process.stdout.write(`${table}\n`);
process.exit(0);

/** Returns what the SDK tells its caller. */
async function createAndDeleteWithSDK(clusterName: string): Promise<string> {
  const { stdout } = await execa(program, [clusterName], { env: kit.environment });
  const { error, deleted } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as {
    error?: string;
    deleted: boolean;
  };
  if (error !== undefined) return 'create failed';
  return deleted ? 'created, then deleted' : 'created, not deleted';
}

/** Returns what this project tells its user. */
async function createAndDeleteWithOurs(clusterName: string): Promise<string> {
  const created = await outcomeOf(await kit.orchestrator.create({ cluster: benchRequest(clusterName).cluster }));
  const deleted = await outcomeOf(await kit.orchestrator.delete(clusterName));
  return `${created}, then ${deleted}`;
}

async function outcomeOf(operation: OperationReference): Promise<string> {
  let last = 'no outcome';
  for await (const status of kit.orchestrator.watch(operation)) last = status.outcome?.outcome ?? last;
  return last;
}
