import { CancellationScope, sleep } from '@temporalio/workflow';
import type { Observation } from '../activities/observe-cluster.ts';
import type { DeleteClusterOptions } from '../cce/cluster.ts';
import type { CreateClusterRequest } from '../cce/create-cluster.ts';
import { findClusters } from './activity-proxies.ts';
import { deleteUntilGone } from './delete-until-gone.ts';
import { readMarker, type Marker } from './marker.ts';
import { settlePauses } from './obtain-cluster.ts';
import { describeFailure, type OperationFailure } from './operation-failure.ts';

/** What became of the clusters that a create made before it was cancelled or failed. */
export interface Cleanup {
  /**
   * `notNeeded`: there was none. `deleted`: all are gone. `kept`: they were to be kept, or are not ours to delete.
   * `incomplete`: at least one is left, see `failure`.
   */
  status: 'notNeeded' | 'deleted' | 'kept' | 'incomplete';
  clusterIDs: string[];
  /** Why it is incomplete. */
  failure?: OperationFailure;
}

export interface CleanupInput {
  clusterName: string;
  marker: Marker;
  /** The cluster that the create call answered with, or that was found by our marker. */
  clusterID?: string;
  /** A request is out that may have made a cluster which no look has shown yet. */
  outcomeOpen: boolean;
  deleteOptions: DeleteClusterOptions;
}

/**
 * How to undo a create. Nothing that it made may stay on the bill, but machines that were there before are the user's:
 * as soon as the request has one, all nodes are moved out of the cluster instead, and nothing of theirs is deleted.
 */
export function compensationOptions({ masters = [], nodes = [] }: CreateClusterRequest): DeleteClusterOptions {
  const usesExisting = [...masters, ...nodes].some(({ instanceSpec }) => instanceSpec.existed === true);
  return usesExisting ? { moveOut: true } : { deleteResource: true, deleteCDSSnapshot: true };
}

/**
 * Deletes every cluster that carries this create's marker, and waits until they are gone. Looks first, several times
 * over when the outcome of a request is open. Runs on when the workflow is cancelled; a second cancel changes nothing.
 */
export async function cleanUp(input: CleanupInput, onObservation: (observed: Observation) => void): Promise<Cleanup> {
  const gone: string[] = [];
  let target: string | undefined;

  async function findTarget(): Promise<string | undefined> {
    const found = await findClusters({ clusterName: input.clusterName });
    const ours = found
      .filter(({ clusterPhase, description }) => clusterPhase !== 'deleted' && isOurs(description))
      .map(({ clusterID }) => clusterID);
    // The list may not show yet what the create call answered with.
    const known = input.clusterID === undefined ? [] : [input.clusterID];
    return [...ours, ...known].find((clusterID) => !gone.includes(clusterID));
  }

  function isOurs(description: string): boolean {
    return readMarker(description)?.key === input.marker.key;
  }

  return CancellationScope.nonCancellable(async () => {
    try {
      const pauses = input.outcomeOpen ? [...settlePauses] : [];
      for (;;) {
        target = await findTarget();
        if (target !== undefined) {
          await deleteUntilGone(target, input.deleteOptions, onObservation);
          gone.push(target);
          continue;
        }
        const pause = gone.length > 0 ? undefined : pauses.shift();
        if (pause === undefined) return { status: gone.length > 0 ? 'deleted' : 'notNeeded', clusterIDs: gone };
        await sleep(pause);
      }
    } catch (error) {
      const left = target ?? input.clusterID;
      return {
        status: 'incomplete',
        clusterIDs: left === undefined ? [] : [left],
        failure: describeFailure(error, 'DeleteRefused'),
      };
    }
  });
}
