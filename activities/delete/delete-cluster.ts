import { setTimeout as pause } from 'node:timers/promises';
import { cancellationSignal, log } from '@temporalio/activity';
import { CceApiError, type CceApiErrorKind } from '../../cce/cce-api-error.ts';
import type { CceClient } from '../../cce/client.ts';
import type { Cluster, DeleteClusterOptions } from '../../cce/cluster.ts';
import { phaseDuringCreate } from '../../cce/phases.ts';
import { claimedObjection, protectedObjection, type DeleteOrder } from '../../contract/delete-order.ts';
import type { Leftovers } from '../../contract/leftovers.ts';
import { isClaimedByOthers, judgeOwnership } from '../../contract/orphan-decision.ts';
import type { CreateRun } from '../../contract/reconcile.ts';
import { withCallFailures, withoutEffect } from '../api/call-failure.ts';
import { listLeftovers } from './list-leftovers.ts';
import { objectionOfNodes } from './objection-of-nodes.ts';
import { isLeaving, isProtected, liftsProtection, objectionTo } from './objection-to.ts';
import { throwIfNobodyWaits, type IsWorkflowOpen } from './throw-if-nobody-waits.ts';

export interface DeleteInput {
  clusterID: string;
  options: DeleteClusterOptions;
  order: DeleteOrder;
  /** When the deletion began, in milliseconds since the epoch, for the metrics. Absent in version 0.1. */
  sinceMs?: number;
}

export interface DeletionAnswer {
  /** The service does not know the cluster at the moment. One such answer proves nothing: the caller confirms it. */
  alreadyGone: boolean;
  requestID?: string;
  /** Why the order does not hold any more. No DELETE was sent. */
  objection?: string;
  /** The phase of the cluster, as the service showed it right before. */
  clusterPhase?: string;
  /** What the deletion leaves behind, by ID. Absent if nothing. */
  leftovers?: Leftovers;
}

interface DeleteDependencies {
  cce: CceClient;
  isWorkflowOpen: IsWorkflowOpen;
  describeCreates: (input: { workflowIDs: string[] }) => Promise<CreateRun[]>;
  /** The pause between two looks, in milliseconds. @default 2_000 */
  lookPauseMs?: number;
}

/**
 * Reads the cluster, compares it with the order, lists what will stay behind, and sends the DELETE if the order still
 * holds. Temporal may repeat it: a second DELETE changes nothing.
 */
export function deleteCluster({ cce, describeCreates, isWorkflowOpen, lookPauseMs = 2_000 }: DeleteDependencies) {
  return async ({ clusterID, options, order }: DeleteInput): Promise<DeletionAnswer> =>
    withCallFailures(async () => {
      const signal = cancellationSignal();
      const { reason } = order;
      try {
        const cluster = await readUntilUnprotected(clusterID, order, signal);
        const { clusterPhase } = cluster.status;
        const refused = (objection: string): DeletionAnswer => {
          log.warn('the cluster is not deleted: the reason for it does not hold any more', {
            clusterID,
            reason,
            objection,
            clusterPhase,
          });
          return { alreadyGone: false, objection, clusterPhase };
        };
        const objection = objectionTo(order, cluster) ?? (await objectionOfNodes(cce, order, cluster, signal));
        if (objection !== undefined) return refused(objection);
        const leftovers = await listLeftovers(cce, cluster, options, signal);
        // Temporal is asked last: a create may adopt an orphan while its deletion waits to be sent.
        const claim = await objectionOfCreates(order, cluster);
        if (claim !== undefined) return refused(claim);
        await throwIfNobodyWaits(isWorkflowOpen, 'DELETE', 'deletion');
        // Also if a look shows none: it may be stale.
        if (liftsProtection(order) && !isLeaving(cluster.status)) {
          await cce.setForbidDelete(clusterID, false, { signal });
        }
        const sent = await send(clusterID, options, signal);
        if (sent === 'protected') return refused(protectedObjection);
        const { requestID } = sent;
        log.info('the service deletes the cluster', { clusterID, reason, requestID });
        return {
          alreadyGone: false,
          clusterPhase,
          ...(requestID !== undefined && { requestID }),
          ...(leftovers !== undefined && { leftovers }),
        };
      } catch (error) {
        if (error instanceof CceApiError && error.kind === 'notFound') return { alreadyGone: true };
        throw error;
      }
    });

  /** A look that is stale shows a protection that somebody has just lifted, and an objection is final. */
  async function readUntilUnprotected(clusterID: string, order: DeleteOrder, signal: AbortSignal): Promise<Cluster> {
    for (let looks = 1; ; looks++) {
      const { cluster } = await cce.getCluster(clusterID, { signal });
      if (!isProtected(cluster) || liftsProtection(order) || looks === maximumLooks) return cluster;
      await pause(lookPauseMs, undefined, { signal });
    }
  }

  /**
   * The protection may have been switched on since the look, or that look was stale. No source tells how the service refuses
   * the DELETE then, so after any refusal that may mean it, the cluster tells. So it does if an earlier DELETE, whose answer was
   * lost, was accepted.
   */
  async function send(
    clusterID: string,
    options: DeleteClusterOptions,
    signal: AbortSignal,
  ): Promise<'protected' | { requestID?: string | undefined }> {
    try {
      return await cce.deleteCluster(clusterID, options, { signal });
    } catch (error) {
      if (!(error instanceof CceApiError) || !mayMeanProtection.has(error.kind)) throw error;
      for (let looks = 1; looks <= maximumLooks; looks++) {
        if (looks > 1) await pause(lookPauseMs, undefined, { signal });
        const seen = await cce.getCluster(clusterID, { signal }).catch(() => undefined);
        if (seen === undefined) continue;
        if (isLeaving(seen.cluster.status)) return { requestID: error.requestID };
        if (isProtected(seen.cluster)) return 'protected';
      }
      throw error;
    }
  }

  async function objectionOfCreates(order: DeleteOrder, { spec, status }: Cluster): Promise<string | undefined> {
    if (!('createWorkflowID' in order) || order.createWorkflowID === undefined) return undefined;
    // Nobody relies on a cluster whose deletion has begun, and a create of its name may wait for the end of that.
    const isOrphan = order.reason === 'orphanDeletionRequested';
    if (!isOrphan && phaseDuringCreate(status.clusterPhase) === 'deleted') return undefined;
    const runs = await describeCreates({ workflowIDs: [order.createWorkflowID] }).catch((error: unknown) => {
      throw withoutEffect(
        'DELETE',
        `the deletion was not requested: Temporal does not tell which creates may rely on the cluster: ${String(error)}`,
      );
    });
    const { clusterID, description = '' } = spec;
    const isClaimed = isOrphan
      ? judgeOwnership({ clusterID, description }, runs) !== 'orphan'
      : isClaimedByOthers({ clusterID, description }, runs);
    return isClaimed ? claimedObjection : undefined;
  }
}

/** One look is not a fact. There are few, since an attempt has its time limit. */
const maximumLooks = 3;

const mayMeanProtection: ReadonlySet<CceApiErrorKind> = new Set(['validation', 'conflict', 'permission', 'other']);
