import { TemporalFailure } from '@temporalio/common';
import { isCancellation, patched, sleep } from '@temporalio/workflow';
import { secretsOf } from '../../cce/secrets.ts';
import { compensationOptions } from '../../contract/compensation.ts';
import type { Stage } from '../../contract/current-step.ts';
import type { Duplicate } from '../../contract/create-record.ts';
import type { DeleteOrder } from '../../contract/delete-order.ts';
import { deleteUntilGone } from '../delete/delete-until-gone.ts';
import type { Progress } from '../operation/progress.ts';
import { awaitLateClusters } from './await-late-clusters.ts';
import type { Creation } from './creation.ts';
import { ours } from './find-targets.ts';
import { look } from './obtain-cluster.ts';
import { countMade, lastOpenedAtMs, lastRequestTimeMs } from './sent-requests.ts';

/**
 * Deletes what lost requests of a create have made that then adopted the cluster of an earlier one, and names it among the
 * duplicates. Runs of before left it.
 */
export async function deleteOwnClusters(creation: Creation, progress: Progress, stage: Stage): Promise<void> {
  const lastAtMs = lastOpenedAtMs(creation.requests);
  if (lastAtMs === undefined || !patched('adoption-awaits-own-clusters')) return;
  progress.enter(stage);
  const restMs = lastAtMs + lastRequestTimeMs - Date.now();
  if (restMs > 0) await awaitLateClusters(restMs, progress);
  const own = await lookForOwn(creation, progress);
  const deletions = own.map(async (clusterID) => ({
    clusterID,
    ...(await deleteExtra(creation, clusterID, progress)),
  }));
  creation.duplicates.push(...(await Promise.all(deletions)));
}

/** One look that does not show them all proves little. */
async function lookForOwn(creation: Creation, progress: Progress): Promise<string[]> {
  for (const pause of ['15s', '30s', undefined] as const) {
    const own = ours(await look(creation, progress, verifyWithinMs), creation);
    if (pause === undefined || own.length >= countMade(creation.requests)) return own;
    await sleep(pause, { summary: 'before the next look' });
  }
  return [];
}

/** The cluster runs, so a look that the service refuses for now is no reason to give up soon. */
export const verifyWithinMs = 3_600_000;

/** The cluster runs, and its user waits: an extra that the service does not delete by then is left, and named. */
const deleteExtraWithinMs = 3_600_000;

/** The request of the create protects the extra too, which nobody asked for. */
export function orderForExtra({ request, marker }: Pick<Creation, 'request' | 'marker'>): DeleteOrder {
  const isProtected = request.cluster.forbidDelete === true;
  return { reason: 'extraOfCreate', markerKey: marker.key, ...(isProtected && { liftProtection: true }) };
}

/** Deletes a cluster that a create has made beside the one that it ends with. */
export async function deleteExtra(
  { request, marker }: Creation,
  clusterID: string,
  progress: Progress,
): Promise<Omit<Duplicate, 'clusterID'>> {
  try {
    const { objection, leftovers } = await deleteUntilGone({
      clusterID,
      order: orderForExtra({ request, marker }),
      options: compensationOptions(request),
      secrets: secretsOf(request),
      untilMs: Date.now() + deleteExtraWithinMs,
      // The steps that people see stay those of the cluster that runs.
      progress: { observe: () => undefined, waitFor: progress.waitFor },
    });
    return {
      deleted: objection === undefined,
      ...(objection !== undefined && { objection }),
      ...(leftovers !== undefined && { leftovers }),
    };
  } catch (error) {
    if (isCancellation(error) || !(error instanceof TemporalFailure)) throw error;
    return { deleted: false };
  }
}
