import { describe, expect, inject, it, vi } from 'vitest';
import { parse } from 'yaml';
import { readFileSync } from 'node:fs';
import { ccectl } from '../../ccectl.ts';
import { ccectlProcess } from '../../processes.ts';
import { useService } from '../../service.ts';
import { waiting } from '../../waiting.ts';

describe('ccectl batch and ccectl teardown', () => {
  const { simulator, orchestration } = useService(['--create-seconds', '1', '--delete-seconds', '0'], {
    faults: [
      { kind: 'create-failed', step: 2, name: 'ci-2', message: 'no stock', times: 1 },
      { kind: 'stuck-step', step: 2, name: 'stuck-*' },
    ],
  });

  const env = () => ({ TEMPORAL_ADDRESS: inject('temporalAddress'), CCE_ACCOUNT: orchestration().account });
  const run = (args: string[], input = '') => ccectl(args, { input, env: env() });
  const runProcess = (args: string[], input = '') => ccectlProcess(args, { input, env: env() });
  const names = async () => (await simulator().clusters()).map(({ clusterName }) => clusterName).toSorted();

  /** A batch of `count` clusters from the managed example. */
  function batchFile(prefix: string, count: number): string {
    const template = parse(readFileSync(new URL('../../../examples/managed.yaml', import.meta.url), 'utf8')) as {
      cluster: { containerNetworkConfig: Record<string, unknown>; clusterName?: string };
    };
    delete template.cluster.clusterName;
    delete template.cluster.containerNetworkConfig.clusterPodCIDR;
    const ranges = { pods: { pool: '10.0.0.0/12', prefixLength: 20 } };
    return JSON.stringify({ template, ranges, items: [{ count, name: `${prefix}-{index}` }] });
  }

  it('creates clusters, reports results, retries the failed ones, and deletes them all', async () => {
    const file = batchFile('ci', 4);
    const created = await runProcess(['batch', 'create', '-f', '-', '--name', 'nightly', '--wait', '-o', 'json'], file);
    expect(created).toMatchObject({ exitCode: 1, stderr: '' });
    expect(JSON.parse(created.stdout)).toMatchObject({
      execution: 'completed',
      outcome: { outcome: 'completed', total: 4, succeeded: 3, failed: 1, failedItems: [2] },
    });
    const csv = await runProcess(['batch', 'results', 'nightly', '-o', 'csv']);
    const [head, ...rows] = csv.stdout.split('\n');
    expect(head).toMatch(/^index,kind,clusterName,clusterID,result,failureType,failureMessage,/);
    expect(
      rows.map((row) =>
        row
          .split(',')
          .slice(0, 3)
          .concat(row.split(',')[4] ?? ''),
      ),
    ).toEqual([
      ['0', 'create', 'ci-0', 'running'],
      ['1', 'create', 'ci-1', 'running'],
      ['2', 'create', 'ci-2', 'failed'],
      ['3', 'create', 'ci-3', 'running'],
    ]);
    const status = await run(['batch', 'status', 'nightly']);
    expect(status).toMatchObject({ exitCode: 0 });
    expect(status.stdout).toMatch(
      /^batch nightly completed\n(.*\n)*.*3 succeeded\n.*1 failed\n(.*\n)*.*ci-2: CreateFailed: .*no stock/,
    );

    expect(await run(['batch', 'retry', 'nightly'])).toMatchObject({ exitCode: 0, stdout: 'batch nightly: retrying' });
    const retried = await run(['batch', 'status', 'nightly', '--watch']);
    expect(retried).toMatchObject({ exitCode: 0 });
    expect(await names()).toEqual(['ci-0', 'ci-1', 'ci-2', 'ci-3']);
    const results = JSON.parse((await run(['batch', 'results', 'nightly', '-o', 'json'])).stdout) as unknown[];
    expect(results).toHaveLength(4);
    expect(results).toContainEqual(expect.objectContaining({ clusterName: 'ci-2', result: 'running' }));

    const again = await run(['teardown', '--name', 'ci-*', '--except', 'ci-3', '--dry-run']);
    expect(again.stdout).toMatch(/^delete {2}cce-\w+ {2}ci-\d .*\n(.*\n)*3 to delete, 0 spared$/);
    expect(await run(['teardown', '--name', 'ci-*'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('--yes'),
    });
    expect(await run(['teardown', '--name', 'ci-*', '--max', '3', '--yes'])).toMatchObject({
      exitCode: 2,
      stdout: expect.stringContaining('4 to delete'),
      stderr: expect.stringMatching(/4 clusters match, more than the maximum of 3; nothing was deleted/),
    });
    expect(await run(['teardown', '--yes'])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--name') });
    expect(await names()).toHaveLength(4);
    const torn = await run(['teardown', '--name', 'ci-*', '--except', 'ci-3', '--yes', '--wait']);
    expect(torn).toMatchObject({ exitCode: 0 });
    expect(await names()).toEqual(['ci-3']);
    const deleted = await run(['batch', 'delete', '-f', '-', '--name', 'away', '--wait', '-o', 'json'], file);
    expect(JSON.parse(deleted.stdout)).toMatchObject({ outcome: { total: 4, succeeded: 4 } });
    expect(await names()).toEqual([]);
  });

  it('pauses, resumes, sets the concurrency and cancels, and refuses other items under the same name', async () => {
    const file = batchFile('stuck', 6);
    const create = ['batch', 'create', '-f', '-', '--name', 'stuck', '--concurrency', '2'];
    expect(await run(create, file)).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^started: cce:/) });
    expect(await run(create, file)).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^attached: cce:/) });
    expect(await run(create, batchFile('stuck', 5))).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/is under way with other items/),
    });
    const status = async () => JSON.parse((await run(['batch', 'status', 'stuck', '-o', 'json'])).stdout) as unknown;
    await vi.waitFor(async () => expect(await status()).toMatchObject({ progress: { underWay: 2 } }), waiting);
    expect(await run(['batch', 'pause', 'stuck'])).toMatchObject({ exitCode: 0 });
    expect(await run(['batch', 'concurrency', 'stuck', '3'])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/at most 3 in progress/),
    });
    expect(await run(['batch', 'concurrency', 'stuck', '5000'])).toMatchObject({ exitCode: 2 });
    expect(await status()).toMatchObject({
      progress: { stage: 'paused', total: 6, underWay: 2, waiting: 4, concurrency: 3 },
    });
    expect(await run(['batch', 'resume', 'stuck'])).toMatchObject({ exitCode: 0 });
    const cancelled = await run(['batch', 'cancel', 'stuck', '--reason', 'not needed', '--wait', '-o', 'json']);
    expect(cancelled).toMatchObject({ exitCode: 0 });
    const { outcome } = JSON.parse(cancelled.stdout) as { outcome: { cancelled: number; waiting: number } };
    expect(outcome).toMatchObject({ outcome: 'cancelled', cancelReason: 'not needed', succeeded: 0, failed: 0 });
    expect(outcome.cancelled + outcome.waiting).toBe(6);
    expect((await names()).filter((name) => name.startsWith('stuck'))).toEqual([]);
  });

  it.each([
    ['status', 'unheard-of'],
    ['pause', 'unheard-of'],
    ['results', 'unheard-of'],
    ['retry', 'unheard-of'],
  ])('batch %s exits with 3 and names a batch that does not exist', async (...args) => {
    expect(await run(['batch', ...args])).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('unheard-of') });
  });
});
