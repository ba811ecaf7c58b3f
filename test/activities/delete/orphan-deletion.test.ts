import { ServiceError } from '@temporalio/client';
import type { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import type { CallFailure } from '../../../activities/api/call-failure.ts';
import { deleteCluster, type DeletionAnswer } from '../../../activities/delete/delete-cluster.ts';
import type { CceClient } from '../../../cce/client.ts';
import { claimedObjection, type DeleteOrder } from '../../../contract/delete-order.ts';
import { markerKey } from '../../../contract/marker.ts';
import type { CreateRun } from '../../../contract/reconcile.ts';
import { judgeDeleteRefusal } from '../../../workflows/delete/judge-refusal.ts';

const createWorkflowID = 'cce:default:bj:web';
const key = markerKey(createWorkflowID, 'run-1');
const description = `[cce-orchestrator ${key} 0123456789abcdef]`;

/** Asks for the deletion of `cce-1`, and tells what happened in which order. */
async function deleteBy(order: DeleteOrder, runs: readonly Partial<CreateRun>[] | Error, clusterPhase = 'running') {
  const calls: string[] = [];
  const cce = {
    getCluster: async () => {
      calls.push('getCluster');
      return { cluster: { spec: { clusterID: 'cce-1', description }, status: { clusterPhase } } };
    },
    listInstances: async () => {
      calls.push('listInstances');
      return { instancePage: { totalCount: 0, instanceList: [] } };
    },
    deleteCluster: async () => {
      calls.push('deleteCluster');
      return {};
    },
  };
  const describeCreates = async ({ workflowIDs }: { workflowIDs: string[] }) => {
    calls.push('describeCreates');
    if (runs instanceof Error) throw runs;
    return workflowIDs.flatMap((workflowID) =>
      runs.map((run) => ({ workflowID, firstRunID: 'run-1', isRunning: false, clusterIDs: [], ...run })),
    );
  };
  const activity = deleteCluster({
    cce: cce as unknown as CceClient,
    describeCreates,
    isWorkflowOpen: async () => true,
  });
  const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
  const answer = (await environment.run(activity, { clusterID: 'cce-1', options: {}, order })) as DeletionAnswer;
  return { answer, calls };
}

const orphanOrder: DeleteOrder = { reason: 'orphanDeletionRequested', markerKey: key, createWorkflowID };

describe('the deletion of an orphan', () => {
  it('is sent if no create claims the cluster, which Temporal says last', async () => {
    const { answer, calls } = await deleteBy(orphanOrder, [{}]);
    expect(answer).toEqual({ alreadyGone: false, clusterPhase: 'running' });
    expect(calls).toEqual(['getCluster', 'listInstances', 'describeCreates', 'deleteCluster']);
  });

  it.each<[what: string, runs: Partial<CreateRun>[]]>([
    ['a create of its name has begun', [{}, { firstRunID: 'run-2', isRunning: true }]],
    ['a later create adopted it', [{}, { firstRunID: 'run-2', clusterIDs: ['cce-1'] }]],
    ['nobody knows how a later create ended', [{}, { firstRunID: 'run-2', isUncertain: true }]],
    ['Temporal has forgotten its create', []],
  ])('is not sent if %s', async (_, runs) => {
    const { answer, calls } = await deleteBy(orphanOrder, runs);
    expect(answer).toMatchObject({ alreadyGone: false, objection: claimedObjection });
    expect(calls).not.toContain('deleteCluster');
  });

  it('is not sent while Temporal does not answer, and may be repeated', async () => {
    const failure = await deleteBy(orphanOrder, new ServiceError('namespace rate limit exceeded')).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ type: 'CceNetworkError', message: expect.stringContaining('rate limit') });
    // The workflow then waits, and says for what.
    const { details = [] } = failure as ApplicationFailure;
    expect(details).toEqual([expect.objectContaining({ retryable: true, mayHaveTakenEffect: false })]);
    expect(judgeDeleteRefusal(details?.[0] as CallFailure)).toBe('service');
  });

  it('is not sent if the cluster carries the marker of another create, whatever Temporal knows', async () => {
    const { answer, calls } = await deleteBy({ ...orphanOrder, markerKey: 'fedcba9876543210' }, [{}]);
    expect(answer.objection).toMatch(/another create/);
    expect(calls).toEqual(['getCluster']);
  });
});

describe('the deletion of a rolled back cluster', () => {
  const order: DeleteOrder = { reason: 'rollbackRequested', markerKey: key, createWorkflowID };

  it('is sent if only its own create claims the cluster', async () => {
    const { answer } = await deleteBy(order, [
      { clusterIDs: ['cce-1'] },
      { firstRunID: 'run-0', clusterIDs: ['cce-0'] },
    ]);
    expect(answer).toEqual({ alreadyGone: false, clusterPhase: 'running' });
  });

  it.each<[what: string, run: Partial<CreateRun>]>([
    ['a create of its name has begun since', { firstRunID: 'run-2', isRunning: true }],
    ['a later create adopted it', { firstRunID: 'run-2', clusterIDs: ['cce-1'] }],
    ['nobody knows how a later create ended', { firstRunID: 'run-2', isUncertain: true }],
  ])('is not sent if %s', async (_, run) => {
    const { answer, calls } = await deleteBy(order, [{ clusterIDs: ['cce-1'] }, run]);
    expect(answer.objection).toBe(claimedObjection);
    expect(calls).not.toContain('deleteCluster');
  });

  it('is sent again after it has begun, though a create waits for its end', async () => {
    const waiting = { firstRunID: 'run-2', isRunning: true };
    expect((await deleteBy(order, [{}, waiting], 'delete_failed')).calls).toContain('deleteCluster');
  });
});

it('the deletion of a cluster that a person named asks no creates', async () => {
  const { calls } = await deleteBy({ reason: 'deleteRequested' }, [{ isRunning: true }]);
  expect(calls).toEqual(['getCluster', 'listInstances', 'deleteCluster']);
});
