import { readFileSync } from 'node:fs';
import { Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { generateKeyEntry, type OperationReference } from '../../../client/index.ts';
import { bundleOnce } from '../../bundles.ts';
import { ccectl } from '../../ccectl.ts';
import { readExample } from '../../examples.ts';
import { ended } from '../../orchestration.ts';
import { ccectlProcess } from '../../processes.ts';
import { useService } from '../../service.ts';
import { waiting } from '../../waiting.ts';

// A command in this process shares the runtime of the tests, which logs errors only, as that of a replay.
const installRuntime = vi.spyOn(Runtime, 'install').mockImplementation(() => Runtime.instance());

const { orchestration } = useService(['--create-seconds', '1', '--delete-seconds', '0']);
let create: OperationReference;
let reorderedBundle: string;

beforeAll(async () => {
  reorderedBundle = await bundleOnce('reordered.js');
  create = await orchestration().orchestrator.create(readExample('managed', 'replayed'));
  await ended(orchestration().orchestrator, create);
  // Lists lag behind.
  const { workflow } = orchestration().client;
  await vi.waitUntil(
    async () => (await workflow.count(`${query()} AND ExecutionStatus = 'Completed'`)).count > 0,
    waiting,
  );
});

afterAll(() => installRuntime.mockRestore());

/** Replays with the bundle that all tests share. From source, a command without `--bundle` would bundle anew. */
function replay(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return ccectl(['replay', '--query', query(), '--bundle', inject('workflowBundlePath'), ...args], {
    env: { TEMPORAL_ADDRESS: inject('temporalAddress'), ...env },
  });
}

const query = () => `WorkflowId = '${create.workflowID}'`;

it('ccectl replay counts histories that fit the workflow code', async () => {
  const { exitCode, stdout, stderr } = await replay(['--limit', '5']);
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: '1 replayed, 0 failed', stderr: '' });
});

it('ccectl replay selects every workflow type by default', async () => {
  const exported = readFileSync(new URL('../../../workflows/index.ts', import.meta.url), 'utf8');
  const names = [...exported.matchAll(/^export \{ (\w+) \}/gm)].map(([, name]) => `'${name}'`);
  expect(names.length).toBeGreaterThan(0);
  const { stdout } = await ccectl(['replay', '--help']);
  expect(names.filter((name) => !stdout.includes(name))).toEqual([]);
});

it('ccectl replay uses the workflow code of this installation by default', async () => {
  const env = { TEMPORAL_ADDRESS: inject('temporalAddress') };
  const { exitCode, stdout, stderr } = await ccectlProcess(['replay', '--query', query(), '-o', 'json'], { env });
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ replayed: 1, failed: [] });
});

it('ccectl replay names each history that does not fit, with the reason', async () => {
  const { exitCode, stdout } = await replay(['--bundle', reorderedBundle]);
  expect(exitCode).toBe(1);
  const [line, summary] = stdout.split('\n');
  expect(line).toContain(`failed ${create.workflowID} ${create.runID}: `);
  expect(line).toMatch(/[Nn]ondeterminism/);
  expect(summary).toBe('1 replayed, 1 failed');
});

it('ccectl replay -o json lists the histories that do not fit', async () => {
  const { exitCode, stdout } = await replay(['--bundle', reorderedBundle, '-o', 'json']);
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toEqual({
    replayed: 1,
    failed: [{ workflowID: create.workflowID, runID: create.runID, problem: expect.any(String) }],
  });
});

it.each<[string, string[], NodeJS.ProcessEnv, number, RegExp]>([
  ['a missing key', [], { CCE_ENCRYPTION_KEYS: generateKeyEntry('other') }, 2, /"test".+CCE_ENCRYPTION_KEYS/],
  ['an invalid query', ['--query', 'Nothing ='], {}, 2, /query/i],
  ['a missing bundle', ['--bundle', '/no-such-file.js'], {}, 2, /No such file/],
  ['an unreachable server', [], { TEMPORAL_ADDRESS: '127.0.0.1:1' }, 4, /127\.0\.0\.1:1/],
])('ccectl replay reports %s', async (_, args, env, code, says) => {
  const { exitCode, stdout, stderr } = await replay(args, env);
  expect(stderr).toMatch(says);
  expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' });
});

it('ccectl replay exits with 3 if a given query finds nothing', async () => {
  const { exitCode, stdout } = await replay(['--query', "WorkflowId = 'nobody'"]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '0 replayed, 0 failed' });
});

it('ccectl replay says so when it reaches the limit', async () => {
  const { exitCode, stderr } = await replay(['--limit', '1']);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: 'stopped at the limit of 1; there may be more' });
});
