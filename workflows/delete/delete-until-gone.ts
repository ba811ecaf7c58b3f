import { sleep } from '@temporalio/workflow';
import type { Observation } from '../../activities/watch/observation.ts';
import type { WatchInput } from '../../activities/watch/watch-cluster.ts';
import type { DeleteClusterOptions } from '../../cce/cluster.ts';
import { phaseDuringDelete } from '../../cce/phases.ts';
import { deleteCluster, watchActivities } from '../activity-proxies.ts';
import { failedStepDetail, failure } from '../operation/operation-failure.ts';

export interface Deletion {
  /** The number of DELETE calls: more than one after a `delete_failed`. */
  requests: number;
  /** The service did not know the cluster at the first call. */
  alreadyGone: boolean;
  requestID?: string;
}

/** The vendor's only remedy for a `delete_failed` is to repeat the call. */
const maximumRequests = 4;

/**
 * Deletes a cluster and waits until it is gone. Repeats a failed deletion a limited number of times, with growing
 * pauses.
 *
 * Throws `DeleteFailed` with the failed step if that does not help, and ActivityFailure if the service refuses.
 */
export async function deleteUntilGone(
  clusterID: string,
  options: DeleteClusterOptions,
  onObservation: (observation: Observation) => void,
  /** The secrets that the cluster was made with, if known: a failed step may quote them. */
  secrets: WatchInput['secrets'] = [],
): Promise<Deletion> {
  const { watchCluster } = watchActivities(`wait until ${clusterID} is gone`);
  for (let requests = 1; ; requests++) {
    const accepted = await deleteCluster({ clusterID, options });
    if (accepted.alreadyGone) return { requests, alreadyGone: requests === 1 };

    const observed = await watchCluster({ clusterID, goal: 'gone', secrets });
    onObservation(observed);
    if (observed.clusterPhase === 'absent' || phaseDuringDelete(observed.clusterPhase) === 'succeeded') {
      return {
        requests,
        alreadyGone: false,
        ...(accepted.requestID !== undefined && { requestID: accepted.requestID }),
      };
    }
    if (requests === maximumRequests) {
      throw failure({ type: 'DeleteFailed', ...failedStepDetail(clusterID, observed.clusterPhase, observed.steps) });
    }
    await sleep(`${30 * 2 ** (requests - 1)}s`, { summary: 'before the deletion is asked for again' });
  }
}

/** What a deletion leaves in place and on the bill. */
export function whatStaysBehind({ deleteResource, deleteCDSSnapshot, moveOut }: DeleteClusterOptions): string[] {
  return [
    ...(deleteResource ? [] : ['post-paid EIPs and CDS volumes']),
    ...(deleteCDSSnapshot ? [] : ['CDS snapshots']),
    ...(moveOut ? ['nodes'] : []),
  ];
}
