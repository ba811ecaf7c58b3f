import type { Cluster } from '../../cce/cluster.ts';
import { phaseDuringCreate } from '../../cce/phases.ts';
import { protectedObjection, type DeleteOrder } from '../../contract/delete-order.ts';
import { readMarker } from '../../contract/marker.ts';

/**
 * Says why a cluster, as the service shows it now, must not be deleted by an order that was right when it was given;
 * `undefined` if the order still holds.
 */
export function objectionTo(order: DeleteOrder, cluster: Pick<Cluster, 'spec' | 'status'>): string | undefined {
  const isKept = isProtected(cluster) && !liftsProtection(order);
  return objectionToReason(order, cluster) ?? (isKept ? protectedObjection : undefined);
}

/** Whether an order may switch the protection of its cluster off: only that of an extra, whose create asked for it. */
export function liftsProtection(order: DeleteOrder): boolean {
  return order.reason === 'extraOfCreate' && 'liftProtection' in order && order.liftProtection === true;
}

/** Whether the service protects a cluster from deletion. A deletion that it has accepted goes on. */
export function isProtected({ spec, status }: Pick<Cluster, 'spec' | 'status'>): boolean {
  return spec.forbidDelete === true && !isLeaving(status);
}

/** Whether the service has accepted the deletion of a cluster. */
export function isLeaving({ clusterPhase }: Pick<Cluster['status'], 'clusterPhase'>): boolean {
  return clusterPhase === 'deleting' || clusterPhase === 'deleted';
}

function objectionToReason(order: DeleteOrder, { spec, status }: Pick<Cluster, 'spec' | 'status'>): string | undefined {
  const marker = readMarker(spec.description);
  switch (order.reason) {
    case 'deleteRequested':
      if (order.clusterName !== undefined && order.clusterName !== spec.clusterName) {
        return `its name is "${spec.clusterName}" now, not "${order.clusterName}"`;
      }
      return order.onlyMarked === true && marker === undefined ? withoutMarker : undefined;
    case 'teardownRequested':
    case 'rollbackRequested':
    case 'orphanDeletionRequested':
      if (marker === undefined) return withoutMarker;
      if (order.markerKey !== undefined && order.markerKey !== marker.key) return otherMarker;
      return 'phases' in order ? otherPhase(order.phases, status.clusterPhase) : undefined;
    default:
      if (marker === undefined) return withoutMarker;
      if (marker.key !== order.markerKey) return otherMarker;
      return phaseObjection(order.reason, status.clusterPhase);
  }
}

const withoutMarker = 'its description does not carry our marker';
const otherMarker = 'it carries the marker of another create';

/** A teardown of some phases has read them from one list, perhaps hours ago. */
function otherPhase(phases: readonly string[] | undefined, clusterPhase: string): string | undefined {
  // The order itself may have brought it there, and is repeated.
  const isBeingDeleted = ['deleting', 'deleted', 'delete_failed'].includes(clusterPhase);
  return phases === undefined || isBeingDeleted || phases.includes(clusterPhase)
    ? undefined
    : `it is ${clusterPhase} now`;
}

/** What a look once showed is checked against this fresh one: the look may have been stale. */
function phaseObjection(reason: DeleteOrder['reason'], clusterPhase: string): string | undefined {
  const meaning = phaseDuringCreate(clusterPhase);
  const isHealthy = meaning === 'succeeded' || (reason === 'createFailed' && meaning === 'waiting');
  const wantsFailure = reason === 'createFailed' || reason === 'deadlinePassed';
  return wantsFailure && isHealthy ? `it is ${clusterPhase} now` : undefined;
}
