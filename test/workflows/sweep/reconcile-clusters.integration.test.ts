import { Worker } from '@temporalio/worker';
import { expect, inject, it } from 'vitest';
import type { Activities } from '../../../activities/index.ts';
import { withCallFailures } from '../../../activities/api/call-failure.ts';
import type { MarkedCluster } from '../../../activities/sweep/list-marked-clusters.ts';
import { claimedObjection, protectedObjection } from '../../../contract/delete-order.ts';
import { createWorkflowID, mutateTaskQueue, watchTaskQueue } from '../../../contract/identity.ts';
import { markerKey } from '../../../contract/marker.ts';
import type { ReconcileInput, ReconcileReport } from '../../../contract/reconcile.ts';
import { workflowTypes } from '../../../contract/workflow-types.ts';
import { fewPollers } from '../../few-pollers.ts';
import { refusal } from '../cloud-script.ts';
import { startSkippingServer } from '../../skipping-server.ts';

const scope = { account: 'a', region: 'bj' };
const names = ['busy', 'claimed-late', 'forgotten', 'gone-soon', 'protected', 'protected-late'];

function markedCluster(clusterName: string): MarkedCluster {
  const key = markerKey(createWorkflowID(scope, clusterName), 'run-1');
  return {
    clusterID: `cce-${clusterName}`,
    clusterName,
    clusterPhase: 'running',
    description: `[cce-orchestrator ${key} 0123456789abcdef]`,
    createdAt: '2020-01-01T00:00:00Z',
    ...(clusterName === 'protected' && { isProtected: true }),
  };
}

/** A service that refuses the deletion of `busy` for ever, and a Temporal that has forgotten a create of `forgotten`. */
const activities = {
  listMarkedClusters: async () => ({ clusters: names.map(markedCluster), seen: names.length, isLast: true }),
  describeCreates: async ({ workflowIDs }) =>
    workflowIDs.flatMap((workflowID) => [
      { workflowID, firstRunID: 'run-1', isRunning: false, clusterIDs: [] },
      ...(workflowID.endsWith(':forgotten')
        ? [{ workflowID, firstRunID: 'run-2', isRunning: false, clusterIDs: [], isUncertain: true }]
        : []),
    ]),
  deleteCluster: ({ clusterID }) =>
    withCallFailures(async () => {
      if (clusterID === 'cce-busy') throw refusal('DELETE', 409, 'cce.warning.ClusterBusy');
      if (clusterID === 'cce-gone-soon') return { alreadyGone: true };
      if (clusterID === 'cce-claimed-late') return { alreadyGone: false, objection: claimedObjection };
      if (clusterID === 'cce-protected-late') return { alreadyGone: false, objection: protectedObjection };
      throw new Error(`nobody may delete ${clusterID}`);
    }),
  watchCluster: async () => ({ clusterPhase: 'absent', steps: [] }),
} satisfies Partial<Activities>;

it('a search for orphans ends within its time limit for each deletion, and says what became of each', async () => {
  const environment = await startSkippingServer();
  try {
    const { nativeConnection: connection, client } = environment;
    const taskQueue = 'sweep';
    const workflowBundle = { codePath: inject('workflowBundlePath') };
    const common = { ...fewPollers, connection, activities };
    const main = await Worker.create({ ...common, taskQueue, workflowBundle, debugMode: true });
    const mutating = await Worker.create({ ...common, taskQueue: mutateTaskQueue(taskQueue) });
    const watching = await Worker.create({ ...common, taskQueue: watchTaskQueue(taskQueue) });
    const input: ReconcileInput = { ...scope, delete: { olderThanSeconds: 60, options: {} } };
    const approved = { olderThanSeconds: 60, options: {}, only: ['cce-gone-soon'] };
    const exact: ReconcileInput = { ...scope, approved };
    const [report, onlyApproved] = await main.runUntil(
      mutating.runUntil(
        watching.runUntil(async () => {
          const run = (workflowId: string, args: [ReconcileInput]) =>
            client.workflow.execute(workflowTypes.reconcileClusters, {
              workflowId,
              taskQueue,
              args,
            }) as Promise<unknown>;
          // Two at once confuse the clock of the server.
          return [await run('a-search', [input]), await run('an-approved-search', [exact])];
        }),
      ),
    );
    expect(report).toMatchObject({ orphans: 5, unknown: 1, claimed: 0 } satisfies Partial<ReconcileReport>);
    expect((report as ReconcileReport).unclaimed).toMatchObject([
      { clusterName: 'busy', deletion: 'failed', message: expect.stringContaining('ClusterBusy') as string },
      { clusterName: 'claimed-late', ownership: 'orphan', deletion: 'claimed' },
      { clusterName: 'forgotten', ownership: 'unknown' },
      { clusterName: 'gone-soon', deletion: 'deleted' },
      { clusterName: 'protected', deletion: 'protected' },
      { clusterName: 'protected-late', deletion: 'protected' },
    ]);
    expect((report as ReconcileReport).unclaimed[2]).not.toHaveProperty('deletion');
    expect((onlyApproved as ReconcileReport).unclaimed.map(({ deletion }) => deletion)).toEqual([
      undefined,
      undefined,
      undefined,
      'deleted',
      undefined,
      undefined,
    ]);
    const { startTime, closeTime } = await client.workflow.getHandle('a-search').describe();
    const tookMs = Number(closeTime) - Number(startTime);
    expect(tookMs).toBeGreaterThan(3_000_000);
    expect(tookMs).toBeLessThan(3_700_000);
  } finally {
    await environment.teardown();
  }
});
