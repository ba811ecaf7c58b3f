import { describe, expect, inject, it } from 'vitest';
import { ccectl } from '../ccectl.ts';
import { readExample } from '../examples.ts';
import { ended } from '../orchestration.ts';
import { useService } from '../service.ts';

const { simulator, orchestration } = useService(['--create-seconds', '0', '--delete-seconds', '0', '--quota', '5']);

const env = () => ({ TEMPORAL_ADDRESS: inject('temporalAddress'), CCE_ACCOUNT: orchestration().account });
const run = (...args: string[]) => ccectl(args, { env: env() });

describe('the deletion protection of a cluster', () => {
  it('set at its create keeps everybody from deleting it, until a person switches it off', async () => {
    const { orchestrator } = orchestration();
    const request = readExample('managed', 'guarded');
    const body = { ...request, cluster: { ...request.cluster, forbidDelete: true } };
    const { outcome } = await ended(orchestrator, await orchestrator.create(body));
    const clusterID = outcome?.clusterID ?? '';
    expect((await run('status', 'guarded')).stdout).toContain('protected from deletion');

    const refused = await run('delete', 'guarded');
    expect(refused.exitCode).toBe(1);
    expect(refused.stdout).toContain(`ccectl unprotect ${clusterID}`);
    expect(await simulator().counters()).not.toHaveProperty('deleteCluster');

    const unasked = await run('unprotect', 'guarded');
    expect(unasked).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--yes') });
    expect(await orchestrator.status('guarded')).toMatchObject({ forbidDelete: true });
    const lifted = await run('unprotect', 'guarded', '--yes', '-o', 'json');
    expect(JSON.parse(lifted.stdout)).toEqual({ clusterID, clusterName: 'guarded', forbidDelete: false });
    expect(await orchestrator.status('guarded')).toMatchObject({ forbidDelete: false });
    expect(await orchestrator.protect(clusterID)).toMatchObject({ clusterID, forbidDelete: true });
    expect(await orchestrator.protect('guarded')).toMatchObject({ clusterID, forbidDelete: true });
    await expect(orchestrator.unprotect('nobody')).rejects.toMatchObject({ kind: 'notFound' });

    await orchestrator.unprotect('guarded');
    expect(await run('delete', 'guarded', '--wait')).toMatchObject({ exitCode: 0 });
    expect(await orchestrator.status('guarded')).not.toHaveProperty('forbidDelete');
  });
});

describe('what cannot work', () => {
  const { cluster } = readExample('managed');
  const { clusterPodCIDR: _, ...network } = cluster.containerNetworkConfig;
  const template = { cluster: { ...cluster, containerNetworkConfig: network } };
  const eight = JSON.stringify({
    name: 'eight',
    template,
    items: [{ count: 8, name: 'eight-{index}' }],
    ranges: { pods: { pool: '10.0.0.0/8', prefixLength: 16 } },
  });
  const named = async () => (await simulator().clusters()).map(({ clusterName }) => clusterName).toSorted();

  it('is refused before anything is sent, or made as far as the quota goes', async () => {
    const batch = (...flags: string[]) =>
      ccectl(['batch', 'create', '-f', '-', '--wait', ...flags], { env: env(), input: eight });
    const refused = await batch();
    expect(refused.exitCode).toBe(1);
    expect(refused.stdout).toMatch(/room for 5, and 8 are asked for/);
    expect(await named()).toEqual([]);

    const fitting = await batch('--take-what-fits');
    expect(fitting.stdout).toMatch(/5 succeeded[^]*3 cancelled/);
    expect(await named()).toEqual(['eight-0', 'eight-1', 'eight-2', 'eight-3', 'eight-4']);
    const results = JSON.parse((await run('batch', 'results', 'eight', '-o', 'json')).stdout) as object[];
    expect(results.slice(5)).toEqual(
      [5, 6, 7].map((index) => expect.objectContaining({ index, result: 'refused', failure: leftOut }) as object),
    );
    // What exists needs no quota.
    const onlyThose = JSON.stringify({
      ...(JSON.parse(eight) as object),
      items: [{ count: 5, name: 'eight-{index}' }],
    });
    const again = ['batch', 'create', '-f', '-', '--wait', '--name', 'again'];
    expect(await ccectl(again, { env: env(), input: onlyThose })).toMatchObject({ exitCode: 0 });
  });
  const leftOut = { type: 'LeftOut', message: expect.stringContaining('room for 5 of the 8 clusters') as string };

  it('is told by validate --online and create --dry-run, with the ranges that the service recommends', async () => {
    const containerNetworkConfig = { ...network, clusterPodCIDR: '10.3.128.0/20' };
    const input = JSON.stringify({ cluster: { ...cluster, containerNetworkConfig } });
    const ask = (...args: string[]) => ccectl([...args, '-f', '-', '--name', 'ninth'], { env: env(), input });
    const checked = await ask('validate', '--online');
    expect(checked.exitCode).toBe(2);
    expect(checked.stdout).toMatch(/clusterPodCIDR: .*10\.3\.128\.0\/20 of the pods overlaps .*recommends \d/);
    expect(checked.stdout).toMatch(/room for 0, and 1 are asked for/);
    const planned = await ask('create', '--dry-run', '-o', 'json');
    expect(planned.exitCode).toBe(1);
    expect(JSON.parse(planned.stdout)).toMatchObject({
      decision: { action: 'create' },
      errors: [{ rule: 'cluster-quota' }, { rule: 'range-taken' }],
      options: { onFailure: 'delete' },
      request: { cluster: { clusterName: 'ninth' } },
    });
    expect(await named()).toHaveLength(5);
  });
});
