import { writeFile } from 'node:fs/promises';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { OperationReference, Orchestrator } from '../client/index.ts';
import { startStack } from '../examples/stack.ts';
import type { SimulatorProcess } from '../simulator/process.ts';
import { readExample } from './examples.ts';
import { ended } from './orchestration.ts';

/** How each shape of a history comes about; returns the operation whose history it is. */
const shapes: Record<string, (parts: Parts) => Promise<OperationReference>> = {
  'create-runs': async ({ orchestrator }) => {
    const create = await orchestrator.create(readExample('managed'));
    await ended(orchestrator, create);
    return create;
  },
  'delete-ends': async ({ orchestrator }) => {
    const remove = await orchestrator.delete(readExample('managed').cluster.clusterName);
    await ended(orchestrator, remove);
    return remove;
  },
};

interface Parts {
  orchestrator: Orchestrator;
  simulator: SimulatorProcess;
}

/**
 * Records the histories that `test/workflows/replay.test.ts` replays, from real runs. Run it by hand, with
 * `npm run record-histories`, when a shape is added; a history that does not replay any more is a finding, not a reason
 * to record it anew (docs/versioning.md).
 */
const stack = await startStack({ createSeconds: 6, deleteSeconds: 2, pollInterval: '200ms' });
const worker = await stack.startWorker();
const connection = await Connection.connect({ address: stack.temporal.address });
const client = new Client({ connection, namespace: stack.temporal.namespace });
for (const [name, run] of Object.entries(shapes)) {
  const { workflowID, runID } = await run(stack);
  const history = await client.workflow.getHandle(workflowID, runID).fetchHistory();
  await writeFile(new URL(`histories/${name}.json`, import.meta.url), `${historyToJSON(history)}\n`);
}
await connection.close();
await worker.stop();
await stack.stop();
process.exit(0);
