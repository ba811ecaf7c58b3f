import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startService, type Service } from './service.ts';

function stateFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'simulator-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'state');
}

const settings = { createSeconds: 100, deleteSeconds: 10, quota: 500, seed: 'same' };

describe('a state file', () => {
  it('restores clusters, deletions and leftovers after a restart', async () => {
    const options = { ...settings, stateFile: stateFile() };
    const before = await startService(options);
    const kept = await before.create('kept', { cluster: { forbidDelete: true } });
    const nodes = [{ instanceSpec: { existed: true, existedOption: { existedInstanceID: 'i-before' } } }];
    const gone = await before.create('gone', { nodes });
    await before.call('DELETE', `/v2/cluster/${gone}`);
    before.clock.nowMs += 10_000;
    const deleting = await before.create('deleting');
    await before.call('DELETE', `/v2/cluster/${deleting}`);
    const path = `/v2/event/cluster/${kept}`;
    const { steps } = (await before.call('GET', path)).body;
    await before.close();

    const after = await startService(options);
    after.clock.nowMs = before.clock.nowMs;
    expect((await after.call('GET', path)).body.steps).toEqual(steps);
    expect((await after.admin('GET', 'clusters')).body).toMatchObject([{ clusterID: kept }, { clusterID: deleting }]);
    expect((await after.admin('GET', 'leftovers')).body).toMatchObject([{ kind: 'node', id: 'i-before' }]);
    expect((await after.call('DELETE', `/v2/cluster/${kept}`)).status).toBe(400);
    after.clock.nowMs += 10_000;
    expect((await after.call('GET', `/v2/cluster/${deleting}`)).status).toBe(404);
  });

  it('restores the nodes that were added, deleted, or failed, and temporary kubeconfigs', async () => {
    const options = { ...settings, createSeconds: 0, nodeSeconds: 60, stateFile: stateFile() };
    const before = await startService(options);
    await before.admin('POST', 'faults', { kind: 'nodes-fail', count: 1, call: 'createCluster' });
    const nodes = [{ instanceSpec: { deleteOption: { moveOut: true } }, count: 3 }];
    const clusterID = await before.create('a', { nodes });
    const [first, second] = (await before.admin('GET', `clusters/${clusterID}/machines`)).body;
    const path = `/v2/cluster/${clusterID}/instances`;
    await before.call('PUT', path, { body: { instanceIDs: [first.cceInstanceID] } });
    before.clock.nowMs += 10_000;
    await before.call('POST', path, { body: [{ instanceSpec: {} }] });
    await before.call('PUT', path, { body: { instanceIDs: [second.cceInstanceID] } });
    await before.call('POST', '/v2/rbac', { body: { clusterID, temp: true, expireHours: 8 } });
    const seen = async (service: Service) =>
      Promise.all(
        [`clusters/${clusterID}/machines`, 'leftovers', 'kubeconfigs'].map(
          async (call) => (await service.admin('GET', call)).body,
        ),
      );
    const [machines, leftovers, kubeconfigs] = await seen(before);
    expect(machines.map(({ instancePhase }: { instancePhase: string }) => instancePhase)).toEqual([
      'deleting',
      'provisioning',
      'pending',
    ]);
    expect(leftovers).toMatchObject([{ kind: 'node', id: first.instanceID }]);
    expect(kubeconfigs).toHaveLength(1);
    await before.close();

    const after = await startService(options);
    after.clock.nowMs = before.clock.nowMs;
    expect(await seen(after)).toEqual([machines, leftovers, kubeconfigs]);
  });

  it('prevents the reuse of IDs, even with the same seed', async () => {
    const options = { ...settings, stateFile: stateFile() };
    const before = await startService(options);
    const first = await before.create();
    await before.admin('DELETE', `clusters/${first}`);
    await before.close();
    const after = await startService(options);
    expect(await after.create()).not.toBe(first);
  });

  it('is compacted on start', async () => {
    const options = { ...settings, stateFile: stateFile() };
    const before = await startService(options);
    const clusterID = await before.create('short-lived');
    await before.call('DELETE', `/v2/cluster/${clusterID}`);
    await before.admin('DELETE', `clusters/${clusterID}`);
    await before.close();
    expect(readFileSync(options.stateFile, 'utf8')).toContain('short-lived');
    await startService(options);
    expect(readFileSync(options.stateFile, 'utf8')).not.toContain('short-lived');
  });

  it('may end in the middle of a line', async () => {
    const options = { ...settings, stateFile: stateFile() };
    const before = await startService(options);
    const clusterID = await before.create();
    await before.close();
    appendFileSync(options.stateFile, '{"type":"cluster","record":{"clus');
    const after = await startService(options);
    expect((await after.admin('GET', 'clusters')).body).toMatchObject([{ clusterID }]);
  });

  it('is rejected if it has another format', async () => {
    const file = stateFile();
    writeFileSync(file, 'first line\nsecond line\n');
    await expect(startService({ stateFile: file })).rejects.toThrow(`${file}:1`);
  });
});
