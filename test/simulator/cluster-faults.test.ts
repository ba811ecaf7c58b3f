import { describe, expect, it } from 'vitest';
import { parseFault } from '../../simulator/fault-schema.ts';
import { createBody, phaseOf, startService, type Service } from './service.ts';

async function startWith(...faults: string[]): Promise<Service> {
  return startService({ createSeconds: 100, deleteSeconds: 10, faults: faults.map(parseFault) });
}

async function stepsOf(service: Service, clusterID: string) {
  return (await service.call('GET', `/v2/event/cluster/${clusterID}`)).body.steps;
}

describe('a fault of a new cluster:', () => {
  it('list-lag hides the cluster from lists, but not from calls with its ID', async () => {
    const service = await startWith('list-lag:seconds=5');
    const clusterID = await service.create();
    const count = async () => (await service.call('GET', '/v2/clusters')).body.clusterPage.totalCount;
    expect(await count()).toBe(0);
    expect(await phaseOf(service, clusterID)).toBe('pending');
    service.clock.nowMs += 5000;
    expect(await count()).toBe(1);
  });

  it('step-fails shows an error while the creation goes on', async () => {
    const service = await startWith('step-fails:step=2,recoverAfterSeconds=20,code=BlbBusy,message=busy');
    const clusterID = await service.create();
    service.clock.nowMs += 12_000;
    expect(await phaseOf(service, clusterID)).toBe('provisioning');
    expect((await stepsOf(service, clusterID))[1]).toMatchObject({
      stepName: '创建 BLB',
      stepStatus: 'failed',
      ready: false,
      retryCount: 1,
      errInfo: { code: 'BlbBusy', message: 'busy', suggestion: '' },
    });
    service.clock.nowMs += 108_000;
    expect(await phaseOf(service, clusterID)).toBe('running');
    expect((await stepsOf(service, clusterID))[1]).toMatchObject({ stepStatus: 'done', retryCount: 2, errInfo: {} });
  });

  it('create-failed ends the creation, and only the step shows the reason', async () => {
    const service = await startService({
      createSeconds: 100,
      faults: [
        {
          kind: 'create-failed',
          call: 'createCluster',
          step: '创建 Master',
          code: 'ZoneSoldOut',
          message: 'sold out, in zoneA',
          suggestion: 'another zone',
        },
      ],
    });
    const clusterID = await service.create();
    service.clock.nowMs += 100_000;
    expect(await phaseOf(service, clusterID)).toBe('create_failed');
    const { body } = await service.call('GET', `/v2/event/cluster/${clusterID}`);
    expect(body.status).toBe('create_failed');
    const statuses = body.steps.map(({ stepStatus }: { stepStatus: string }) => stepStatus);
    expect(statuses.join(' ')).toBe('done done done failed todo todo');
    expect(body.steps[3].errInfo).toEqual({
      code: 'ZoneSoldOut',
      message: 'sold out, in zoneA',
      suggestion: 'another zone',
      traceID: '',
    });
    await service.call('DELETE', `/v2/cluster/${clusterID}`);
    expect(await phaseOf(service, clusterID)).toBe('deleting');
  });

  it('stuck-step prevents the end of the creation', async () => {
    const service = await startWith('stuck-step:step=6');
    const clusterID = await service.create();
    service.clock.nowMs += 1e9;
    expect(await phaseOf(service, clusterID)).toBe('provisioned');
    expect((await stepsOf(service, clusterID))[5]).toMatchObject({ stepStatus: 'doing' });
  });

  it('external-deletion deletes the cluster', async () => {
    const service = await startWith('external-deletion:afterSeconds=30');
    const clusterID = await service.create();
    const phases = [];
    for (const seconds of [29, 1, 10]) {
      service.clock.nowMs += seconds * 1000;
      phases.push(await phaseOf(service, clusterID));
    }
    expect(phases).toEqual(['provisioning', 'deleting', 'cce.warning.ClusterNotFound']);
  });

  it('several faults combine, also with a fault of the response', async () => {
    const service = await startWith('drop-after:times=1', 'list-lag:seconds=5', 'stuck-step:step=1');
    await expect(service.call('POST', '/v2/cluster', { body: createBody() })).rejects.toThrow('fetch failed');
    service.clock.nowMs += 5000;
    const { body } = await service.call('GET', '/v2/clusters');
    expect(body.clusterPage.clusterList[0].status.clusterPhase).toBe('pending');
  });

  it('none applies if the create is rejected', async () => {
    const service = await startWith('create-failed:step=1,times=1');
    await service.call('POST', '/v2/cluster', { body: {} });
    expect((await service.admin('GET', 'faults')).body[0]).toMatchObject({ matches: 0, hits: 0 });
  });
});

describe('delete-failed', () => {
  it('makes the first deletions of each cluster fail; the next one succeeds', async () => {
    const service = await startWith('delete-failed:times=2');
    const clusters = [await service.create('a'), await service.create('b')];
    for (const clusterID of clusters) {
      const phases = [];
      for (let attempt = 0; attempt < 3; attempt += 1) {
        expect((await service.call('DELETE', `/v2/cluster/${clusterID}`)).status).toBe(200);
        service.clock.nowMs += 10_000;
        phases.push(await phaseOf(service, clusterID));
      }
      expect(phases).toEqual(['delete_failed', 'delete_failed', 'cce.warning.ClusterNotFound']);
    }
  });

  it('shows which step failed', async () => {
    const service = await startWith('delete-failed:name=a');
    const clusterID = await service.create('a');
    await service.call('DELETE', `/v2/cluster/${clusterID}`);
    service.clock.nowMs += 10_000;
    const { body } = await service.call('GET', `/v2/event/cluster/${clusterID}`);
    expect(body).toMatchObject({
      status: 'delete_failed',
      steps: [{ stepStatus: 'done' }, { stepStatus: 'failed', errInfo: { code: 'cce.error.InternalError' } }, {}],
    });
  });
});
