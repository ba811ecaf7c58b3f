import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { deleteCluster } from '../../../activities/delete/delete-cluster.ts';
import type { IsWorkflowOpen } from '../../../activities/delete/throw-if-nobody-waits.ts';
import { CceApiError } from '../../../cce/cce-api-error.ts';
import type { CceClient } from '../../../cce/client.ts';
import { protectedObjection, type DeleteOrder } from '../../../contract/delete-order.ts';

const prepaid = { spec: { instanceChargingType: 'Prepaid' }, status: { machine: { instanceID: 'i-1' } } };

/** Deletes a cluster of a service that answers the list of its machines like this. */
async function remove(
  listInstances: CceClient['listInstances'],
  isWorkflowOpen: IsWorkflowOpen = async () => true,
  /** What each look shows: a protection, a phase or nothing; after the last, an unprotected cluster. How a DELETE is refused. */
  {
    looks = [],
    refusal,
    order = { reason: 'deleteRequested' },
    description = '',
  }: {
    looks?: (boolean | 'deleting' | 'error')[];
    refusal?: CceApiError;
    order?: DeleteOrder;
    description?: string;
  } = {},
) {
  const calls: string[] = [];
  const cce = {
    getCluster: async () => {
      const look = looks.shift() ?? false;
      if (look === 'error')
        throw new CceApiError({ httpStatus: 500, code: 'x', message: 'no', method: 'GET', path: '/' });
      const spec = { clusterID: 'cce-1', clusterName: 'one', forbidDelete: look === true, description };
      const clusterPhase = look === 'deleting' ? look : 'running';
      return { cluster: { spec, status: { clusterPhase } }, requestID: 'request-1' };
    },
    listInstances: (...call: Parameters<CceClient['listInstances']>) => {
      calls.push('listInstances');
      return listInstances(...call);
    },
    setForbidDelete: async (_: string, forbidDelete: boolean) => {
      calls.push(`setForbidDelete ${forbidDelete}`);
      return { success: true, forbidDelete, requestID: 'request-4' };
    },
    deleteCluster: () => {
      calls.push('deleteCluster');
      return refusal === undefined ? Promise.resolve({ requestID: 'request-2' }) : Promise.reject(refusal);
    },
  } as unknown as CceClient;
  const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
  const input = { clusterID: 'cce-1', options: {}, order };
  const activity = deleteCluster({ cce, describeCreates: async () => [], isWorkflowOpen, lookPauseMs: 0 });
  const answer: unknown = await environment.run(activity, input).catch((error: unknown) => error);
  return { answer, calls };
}

const page = (totalCount: number) => async () => ({
  instancePage: { totalCount, instanceList: [prepaid] },
  requestID: 'request-3',
});

describe('the DELETE of a cluster', () => {
  it('is sent after a list of what it leaves behind', async () => {
    const { answer, calls } = await remove(page(1));
    expect(calls).toEqual(['listInstances', 'deleteCluster']);
    expect(answer).toMatchObject({
      alreadyGone: false,
      requestID: 'request-2',
      leftovers: { resources: [{ kind: 'node', id: 'i-1', clusterID: 'cce-1', prepaid: true }] },
    });
  });

  it('is sent although that list fails, and says so', async () => {
    const { answer, calls } = await remove(async () => {
      throw new CceApiError({ httpStatus: 403, code: 'AccessDenied', message: 'no', method: 'GET', path: '/' });
    });
    expect(calls).toEqual(['listInstances', 'deleteCluster']);
    expect(answer).toMatchObject({
      requestID: 'request-2',
      leftovers: { resources: [], incomplete: expect.stringContaining('AccessDenied') },
    });
  });

  it('is not sent for a workflow that has ended: whoever cancelled it was told so', async () => {
    const { answer, calls } = await remove(page(1), async () => false);
    expect(calls).toEqual(['listInstances']);
    expect(answer).toMatchObject({ name: 'CancelledFailure' });
  });

  it('is not sent while Temporal does not tell whether the workflow goes on, and is tried again', async () => {
    const { answer, calls } = await remove(page(1), () => Promise.reject(new Error('unreachable')));
    expect(calls).toEqual(['listInstances']);
    expect(answer).toMatchObject({ nonRetryable: false, message: expect.stringContaining('unreachable') });
  });

  it('says how many machines it has not listed', async () => {
    const { answer } = await remove(page(250));
    expect(answer).toMatchObject({ leftovers: { incomplete: expect.stringContaining('1 of 250 machines') } });
  });

  it('is not sent for a protected cluster', async () => {
    const { answer, calls } = await remove(page(1), undefined, { looks: [true, true, true] });
    expect(calls).toEqual([]);
    expect(answer).toMatchObject({ alreadyGone: false, objection: protectedObjection });
  });

  it.each([
    [403, 'cce.warning.OperationNotAllowed'],
    [400, 'cce.warning.InvalidParam'],
    [403, 'AccessDenied'],
  ])(
    'that is refused (%i %s) is not repeated once the cluster shows that it is protected',
    async (httpStatus, code) => {
      const refusal = new CceApiError({ httpStatus, code, message: 'no', method: 'DELETE', path: '/' });
      const isProtected = await remove(page(1), undefined, { looks: [false, true], refusal });
      expect(isProtected.calls).toEqual(['listInstances', 'deleteCluster']);
      expect(isProtected.answer).toMatchObject({ alreadyGone: false, objection: protectedObjection });
      const other = await remove(page(1), undefined, { refusal });
      expect(other.answer).toMatchObject({ type: 'CceApiError', message: expect.stringContaining(code) });
    },
  );

  it('lifts a protection only from an extra whose create asked for it, and that carries the marker of that create', async () => {
    const description = '[cce-orchestrator 0123456789abcdef 0123456789abcdef]';
    const looks = () => [true, true, true];
    const orderOf = (markerKey: string, more: object = {}): DeleteOrder => ({
      reason: 'extraOfCreate',
      markerKey,
      ...more,
    });
    const own = orderOf('0123456789abcdef', { liftProtection: true });
    const lifted = await remove(page(1), undefined, { looks: looks(), order: own, description });
    expect(lifted.calls).toEqual(['listInstances', 'setForbidDelete false', 'deleteCluster']);
    const unasked = await remove(page(1), undefined, {
      looks: looks(),
      order: orderOf('0123456789abcdef'),
      description,
    });
    expect(unasked).toMatchObject({ calls: [], answer: { objection: protectedObjection } });
    const other = orderOf('fedcba9876543210', { liftProtection: true });
    expect((await remove(page(1), undefined, { looks: looks(), order: other, description })).calls).toEqual([]);
    const unwanted = await remove(page(1), async () => false, { looks: looks(), order: own, description });
    expect(unwanted.calls).toEqual(['listInstances']);
  });

  it('is sent if only stale looks show a protection', async () => {
    const { answer, calls } = await remove(page(1), undefined, { looks: [true, true, false] });
    expect(calls).toEqual(['listInstances', 'deleteCluster']);
    expect(answer).toMatchObject({ requestID: 'request-2' });
  });

  describe('that is refused', () => {
    const refusal = new CceApiError({
      httpStatus: 400,
      code: 'x',
      message: 'no',
      method: 'DELETE',
      path: '/',
      requestID: 'r',
    });

    it('counts as accepted if the cluster is being deleted', async () => {
      const { answer } = await remove(page(1), undefined, { looks: [false, 'deleting'], refusal });
      expect(answer).toMatchObject({ alreadyGone: false, requestID: 'r' });
    });

    it.each([
      ['fails', 'error'],
      ['is stale', false],
    ] as const)('is judged by the next look if one %s', async (_, look) => {
      const { answer } = await remove(page(1), undefined, { looks: [false, look, true], refusal });
      expect(answer).toMatchObject({ objection: protectedObjection });
    });
  });
});
