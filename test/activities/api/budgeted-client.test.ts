import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { urgencyInActivity, urgencyInWatch, withBudget } from '../../../activities/api/budgeted-client.ts';
import { withCallFailures } from '../../../activities/api/call-failure.ts';
import { createRequestBudget, urgencies, type Urgency } from '../../../activities/api/request-budget.ts';
import { CceApiError } from '../../../cce/cce-api-error.ts';
import type { CceClient } from '../../../cce/client.ts';
import { readExample } from '../../examples.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A client that records its calls and answers nothing. */
function clientNoting(sent: string[], error?: Error): CceClient {
  const note = (call: string) => async () => {
    sent.push(call);
    if (error !== undefined) throw error;
    return {} as never;
  };
  return Object.fromEntries(Object.keys(calls).map((call) => [call, note(call)])) as unknown as CceClient;
}

const calls: Record<keyof CceClient, (cce: CceClient, signal?: AbortSignal) => Promise<unknown>> = {
  createCluster: (cce, signal) => cce.createCluster(readExample('managed'), { ...(signal && { signal }) }),
  listClusters: (cce, signal) => cce.listClusters({}, { ...(signal && { signal }) }),
  getCluster: (cce, signal) => cce.getCluster('cce-1', { ...(signal && { signal }) }),
  deleteCluster: (cce, signal) => cce.deleteCluster('cce-1', {}, { ...(signal && { signal }) }),
  getEventSteps: (cce, signal) => cce.getEventSteps('cce-1', { ...(signal && { signal }) }),
  listInstances: (cce, signal) => cce.listInstances('cce-1', {}, { ...(signal && { signal }) }),
  getInstanceEventSteps: (cce) => cce.getInstanceEventSteps('i-1'),
  addInstances: (cce) => cce.addInstances('cce-1', []),
  deleteInstances: (cce) => cce.deleteInstances('cce-1', { instanceIDs: ['i-1'] }),
  getClusterQuota: (cce) => cce.getClusterQuota(),
  getNodeQuota: (cce) => cce.getNodeQuota('cce-1'),
  getKubeconfig: (cce) => cce.getKubeconfig('cce-1', 'vpc'),
  createTemporaryKubeconfig: (cce) =>
    cce.createTemporaryKubeconfig({ clusterID: 'cce-1', expireHours: 1, kubeConfigType: 'vpc' }),
  setForbidDelete: (cce) => cce.setForbidDelete('cce-1', true),
  checkContainerNetworkCIDR: (cce) => cce.checkContainerNetworkCIDR({ vpcID: 'vpc-1', maxPodsPerNode: 64 }),
  checkClusterIPCIDR: (cce) => cce.checkClusterIPCIDR({ vpcID: 'vpc-1', ipVersion: 'ipv4' }),
  recommendContainerCIDR: (cce) =>
    cce.recommendContainerCIDR({ vpcID: 'vpc-1', clusterMaxNodeNum: 1, maxPodsPerNode: 64, k8sVersion: '1.31.1' }),
  recommendClusterIPCIDR: (cce) => cce.recommendClusterIPCIDR({ clusterMaxServiceNum: 1 }),
  listMachineSpecs: (cce) => cce.listMachineSpecs([]),
};
const names = Object.keys(calls) as (keyof CceClient)[];

/** A budget whose next turn comes in ten seconds. */
async function emptyBudget() {
  const budget = createRequestBudget({ maximumRequestsPerSecond: 0.1 });
  await budget.take(urgencies.operation);
  return budget;
}

describe('a call', () => {
  it.each(names)('%s waits for its turn', async (name) => {
    const sent: string[] = [];
    const cce = withBudget(clientNoting(sent), { budget: await emptyBudget(), urgencyOf: urgencyInWatch });
    const answer = calls[name](cce);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await answer;
    expect(sent).toEqual([name]);
  });

  it.each(names)(
    '%s fails as one that was not sent and may be retried, if its turn does not come in time',
    async (name) => {
      const sent: string[] = [];
      const budget = await emptyBudget();
      const cce = withBudget(clientNoting(sent), { budget, urgencyOf: urgencyInWatch, turnLimitMs: 9_000 });
      const failed = expect(withCallFailures(() => calls[name](cce))).rejects.toMatchObject({
        type: 'CceNetworkError',
        nonRetryable: false,
        details: [{ retryable: true, mayHaveTakenEffect: false }],
      });
      await vi.advanceTimersByTimeAsync(30_000);
      await failed;
      expect(sent).toEqual([]);
    },
  );

  it('leaves the queue if it is aborted', async () => {
    const sent: string[] = [];
    const cce = withBudget(clientNoting(sent), { budget: await emptyBudget(), urgencyOf: urgencyInWatch });
    const aborted = new AbortController();
    const failed = expect(calls.getEventSteps(cce, aborted.signal)).rejects.toThrow('the watch is over');
    aborted.abort(new Error('the watch is over'));
    await failed;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(sent).toEqual([]);
  });

  it.each([
    ['is throttled', 429, 50],
    ['fails in another way', 503, 100],
  ])('that %s (HTTP %d) leaves %d of 100 calls a second', async (_, httpStatus, rate) => {
    const error = new CceApiError({ code: 'Any', message: 'no', httpStatus, method: 'GET', path: '/v2' });
    const budget = createRequestBudget({ maximumRequestsPerSecond: 100 });
    const cce = withBudget(clientNoting([], error), { budget, urgencyOf: urgencyInWatch });
    await expect(calls.getCluster(cce)).rejects.toBe(error);
    expect(budget.ratePerSecond()).toBe(rate);
  });
});

describe('the urgency of a call', () => {
  it.each<[keyof CceClient, priorityKey: number | undefined, Urgency]>([
    ['createCluster', undefined, urgencies.operation],
    ['createCluster', 0, urgencies.operation],
    ['createCluster', 1, urgencies.operation],
    ['listClusters', 3, urgencies.operation],
    ['createCluster', 4, urgencies.batch],
    ['listClusters', 4, urgencies.batch],
    ['listClusters', 5, urgencies.sweep],
    ['deleteCluster', undefined, urgencies.deletion],
    ['deleteCluster', 4, urgencies.batchDeletion],
    ['deleteInstances', undefined, urgencies.deletion],
    ['getKubeconfig', undefined, urgencies.operation],
  ])('follows from the call and the priority of the workflow: %s, priority %s', async (call, priorityKey, urgency) => {
    const environment = new MockActivityEnvironment(
      { ...(priorityKey !== undefined && { priority: { priorityKey } }) },
      { logger: new DefaultLogger('ERROR') },
    );
    expect(await environment.run(async () => urgencyInActivity(call))).toBe(urgency);
  });

  it.each<[keyof CceClient, Urgency]>([
    ['listClusters', urgencies.list],
    ['getCluster', urgencies.batch],
    ['getEventSteps', urgencies.steps],
    ['getInstanceEventSteps', urgencies.steps],
  ])('follows from the call alone in a watch: %s', (call, urgency) => {
    expect(urgencyInWatch(call)).toBe(urgency);
  });
});
