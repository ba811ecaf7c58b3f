import { describe, expect, inject, it } from 'vitest';
import { ccectl } from '../ccectl.ts';
import { readExample } from '../examples.ts';
import { ended } from '../orchestration.ts';
import { useService } from '../service.ts';

const { simulator, orchestration } = useService(['--create-seconds', '0', '--delete-seconds', '0']);

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
