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
import { isProtected, objectionTo } from './objection-to.ts';
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
}

/**
 * Reads the cluster, compares it with the order, lists what will stay behind, and sends the DELETE if the order still
 * holds. Temporal may repeat it: a second DELETE changes nothing.
 */
export function deleteCluster({ cce, describeCreates, isWorkflowOpen }: DeleteDependencies) {
  return async ({ clusterID, options, order }: DeleteInput): Promise<DeletionAnswer> =>
    withCallFailures(async () => {
      const signal = cancellationSignal();
      const { reason } = order;
      try {
        const { cluster } = await cce.getCluster(clusterID, { signal });
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
        const sent = await sendUnlessProtected(clusterID, options, signal);
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

  /**
   * The protection may have been switched on since the look, or that look was stale. No source tells how the service refuses
   * the DELETE then, so after any refusal that may mean it, the cluster tells.
   */
  async function sendUnlessProtected(clusterID: string, options: DeleteClusterOptions, signal: AbortSignal) {
    try {
      return await cce.deleteCluster(clusterID, options, { signal });
    } catch (error) {
      if (!(error instanceof CceApiError) || !mayMeanProtection.has(error.kind)) throw error;
      const answer = await cce.getCluster(clusterID, { signal }).catch(() => undefined);
      if (answer !== undefined && isProtected(answer.cluster)) return 'protected';
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

const mayMeanProtection: ReadonlySet<CceApiErrorKind> = new Set(['validation', 'conflict', 'permission', 'other']);
