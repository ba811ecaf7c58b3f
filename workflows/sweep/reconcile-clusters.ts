import { TemporalFailure } from '@temporalio/common';
import type { MarkedCluster } from '../../activities/sweep/list-marked-clusters.ts';
import type { DeleteClusterOptions } from '../../cce/cluster.ts';
import { claimedObjection, protectedObjection } from '../../contract/delete-order.ts';
import { createWorkflowID } from '../../contract/identity.ts';
import { readMarker } from '../../contract/marker.ts';
import { judgeOwnership } from '../../contract/orphan-decision.ts';
import type { ReconcileInput, UnclaimedCluster, ReconcileReport } from '../../contract/reconcile.ts';
import { describeCreates, listMarkedClusters } from '../activity-proxies.ts';
import { deleteUntilGone } from '../delete/delete-until-gone.ts';
import { describeFailure } from '../operation/operation-failure.ts';
import { countSweep } from './count-sweep.ts';

/** Keeps the report far below Temporal's payload limit. */
const reportLimit = 500;
const deletionsAtOnce = 10;
/** One deletion that the service refuses must not hold up the report for ever. */
const deletionLimitMs = 3_600_000;

/**
 * Compares the clusters that carry our marker with the creates that Temporal knows, and reports the clusters that
 * nobody claims. Deletes orphans only if the input says so, and never a cluster without a marker or of an unknown
 * create.
 */
export function reconcileClusters(input: ReconcileInput): Promise<ReconcileReport> {
  return countSweep(
    input.everySeconds,
    () => reconcile(input),
    ({ unclaimed }) => unclaimed.some(({ deletion }) => deletion === 'failed'),
  );
}

async function reconcile(input: ReconcileInput): Promise<ReconcileReport> {
  const deletion = input.approved ?? input.delete;
  const report: ReconcileReport = { clusters: 0, marked: 0, claimed: 0, unclaimed: [], orphans: 0, unknown: 0 };
  const doomed: { cluster: MarkedCluster; entry: UnclaimedCluster }[] = [];

  for (let pageNo = 1, isLast = false; !isLast; pageNo++) {
    const page = await listMarkedClusters({ pageNo });
    isLast = page.isLast;
    report.clusters += page.seen;
    report.marked += page.clusters.length;
    const standing = page.clusters.filter(({ clusterPhase }) => !['deleting', 'deleted'].includes(clusterPhase));
    if (standing.length === 0) continue;
    const workflowIDs = [...new Set(standing.map(({ clusterName }) => createWorkflowID(input, clusterName)))];
    const runs = await describeCreates({ workflowIDs });
    for (const cluster of standing) {
      const workflowID = createWorkflowID(input, cluster.clusterName);
      const ownership = judgeOwnership(
        cluster,
        runs.filter((run) => run.workflowID === workflowID),
      );
      if (ownership === 'claimed') report.claimed++;
      else note(cluster, ownership);
    }
  }

  const { options } = deletion ?? {};
  for (let next = 0; options !== undefined && next < doomed.length; next += deletionsAtOnce) {
    await Promise.all(doomed.slice(next, next + deletionsAtOnce).map((one) => deleteOrphan(one, options)));
  }
  return report;

  function note(cluster: MarkedCluster, ownership: UnclaimedCluster['ownership']): void {
    const { clusterID, clusterName, clusterPhase, createdAt } = cluster;
    const entry: UnclaimedCluster = {
      clusterID,
      clusterName,
      clusterPhase,
      ownership,
      ...(createdAt !== undefined && { createdAt }),
    };
    report[ownership === 'orphan' ? 'orphans' : 'unknown']++;
    if (report.unclaimed.length === reportLimit) return;
    report.unclaimed.push(entry);
    if (ownership !== 'orphan' || deletion === undefined) return;
    if (deletion.only?.includes(clusterID) === false) return;
    if (cluster.isProtected === true) {
      entry.deletion = 'protected';
      return;
    }
    // A cluster without a known age counts as young: nothing is deleted on a guess.
    const ageSeconds = (Date.now() - Date.parse(createdAt ?? '')) / 1000;
    if (ageSeconds >= deletion.olderThanSeconds) doomed.push({ cluster, entry });
    else entry.deletion = 'tooYoung';
  }

  async function deleteOrphan(
    { cluster, entry }: (typeof doomed)[number],
    deleteOptions: DeleteClusterOptions,
  ): Promise<void> {
    const markerKey = readMarker(cluster.description)?.key;
    const workflowID = createWorkflowID(input, cluster.clusterName);
    try {
      // Since the first look, which may be long ago, somebody may have claimed the cluster. The activity that sends the
      // DELETE looks once more.
      const runs = await describeCreates({ workflowIDs: [workflowID] });
      if (judgeOwnership(cluster, runs) !== 'orphan') {
        entry.deletion = 'claimed';
        return;
      }
      const { objection } = await deleteUntilGone({
        clusterID: cluster.clusterID,
        order: {
          reason: 'orphanDeletionRequested',
          createWorkflowID: workflowID,
          ...(markerKey !== undefined && { markerKey }),
        },
        options: deleteOptions,
        untilMs: Date.now() + deletionLimitMs,
        progress: { observe: () => undefined, waitFor: () => undefined },
      });
      entry.deletion = objection === undefined ? 'deleted' : (resultOf.get(objection) ?? 'failed');
      if (entry.deletion === 'failed' && objection !== undefined) entry.message = objection;
    } catch (error) {
      if (!(error instanceof TemporalFailure)) throw error;
      entry.deletion = 'failed';
      entry.message = describeFailure(error, 'DeleteRefused').message;
    }
  }
}

const resultOf: ReadonlyMap<string, 'claimed' | 'protected'> = new Map([
  [claimedObjection, 'claimed'],
  [protectedObjection, 'protected'],
]);
