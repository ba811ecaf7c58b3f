import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { generateKeyEntry, type OperationReference } from '../../../client/index.ts';
import type { SimulatorProcess } from '../../../simulator/process.ts';
import { failureConverterPath } from '../../../temporal/encryption/data-converter.ts';
import { readExample } from '../../examples.ts';
import { ended, startOrchestration, type Orchestration } from '../../orchestration.ts';
import { ccectl, startSimulator } from '../../processes.ts';

let folder: string;
let simulator: SimulatorProcess;
let orchestration: Orchestration;
let create: OperationReference;
let reorderedBundle: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'replay-'));
  reorderedBundle = join(folder, 'reordered.js');
  const workflowsPath = fileURLToPath(new URL('../../workflows/reordered.ts', import.meta.url));
  const { code } = await bundleWorkflowCode({
    workflowsPath,
    failureConverterPath,
    logger: new DefaultLogger('WARN'),
  });
  writeFileSync(reorderedBundle, code);
  simulator = await startSimulator(['--create-seconds', '1', '--delete-seconds', '0']);
  orchestration = await startOrchestration(simulator);
  await orchestration.startWorker();
  create = await orchestration.orchestrator.create(readExample('managed', 'replayed'));
  await ended(orchestration.orchestrator, create);
});

afterAll(async () => {
  await orchestration.stop();
  await simulator.stop();
  rmSync(folder, { recursive: true });
});

function replay(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const query = `WorkflowId = '${create.workflowID}'`;
  return ccectl(['replay', '--query', query, ...args], {
    env: { TEMPORAL_ADDRESS: inject('temporalAddress'), ...env },
  });
}

it('histories that fit the workflow code are counted', async () => {
  const { exitCode, stdout, stderr } = await replay(['--bundle', inject('workflowBundlePath'), '--limit', '5']);
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: '1 replayed, 0 failed', stderr: '' });
});

it('all workflows that there are are replayed by default', async () => {
  const exported = readFileSync(new URL('../../../workflows/index.ts', import.meta.url), 'utf8');
  const names = [...exported.matchAll(/^export \{ (\w+) \}/gm)].map(([, name]) => `'${name}'`);
  expect(names.length).toBeGreaterThan(0);
  const { stdout } = await ccectl(['replay', '--help']);
  expect(names.filter((name) => !stdout.includes(name))).toEqual([]);
});

it('the workflow code of this installation is what they are replayed through', async () => {
  const { exitCode, stdout } = await replay(['-o', 'json']);
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ replayed: 1, failed: [] });
});

it('histories that do not fit are named, with the reason', async () => {
  const { exitCode, stdout } = await replay(['--bundle', reorderedBundle]);
  expect(exitCode).toBe(1);
  const [line, summary] = stdout.split('\n');
  expect(line).toContain(`failed ${create.workflowID} ${create.runID}: `);
  expect(line).toMatch(/[Nn]ondeterminism/);
  expect(summary).toBe('1 replayed, 1 failed');
});

it('they are all in the JSON document', async () => {
  const { exitCode, stdout } = await replay(['--bundle', reorderedBundle, '-o', 'json']);
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toEqual({
    replayed: 1,
    failed: [{ workflowID: create.workflowID, runID: create.runID, problem: expect.any(String) }],
  });
});

it.each<[string, string[], NodeJS.ProcessEnv, number, RegExp]>([
  ['a key that is missing', [], { CCE_ENCRYPTION_KEYS: generateKeyEntry('other') }, 2, /"test".+CCE_ENCRYPTION_KEYS/],
  ['a query that is none', ['--query', 'Nothing ='], {}, 2, /query/i],
  ['a bundle that is missing', ['--bundle', '/no-such-file.js'], {}, 2, /no such file/],
  ['a server that is not there', [], { TEMPORAL_ADDRESS: '127.0.0.1:1' }, 4, /127\.0\.0\.1:1/],
])('%s is said', async (_, args, env, code, says) => {
  const { exitCode, stdout, stderr } = await replay(args, env);
  expect(stderr).toMatch(says);
  expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' });
});

it("a query of one's own that finds nothing is told by the exit code", async () => {
  const env = { TEMPORAL_ADDRESS: inject('temporalAddress') };
  const { exitCode, stdout } = await ccectl(['replay', '--query', "WorkflowId = 'nobody'"], { env });
  expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '0 replayed, 0 failed' });
});

it('it is said where the limit was reached', async () => {
  const { exitCode, stderr } = await replay(['--bundle', inject('workflowBundlePath'), '--limit', '1']);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: 'stopped at the limit of 1: there may be more' });
});
