import { CancellationScope, sleep } from '@temporalio/workflow';
import type { DeleteClusterOptions } from '../cce/cluster.ts';
import type { CreateClusterRequest } from '../cce/create-cluster.ts';
import type { Creation } from './creation.ts';
import { deleteUntilGone } from './delete-until-gone.ts';
import { readMarker } from './marker.ts';
import { look, settlePauses } from './obtain-cluster.ts';
import { describeFailure, type OperationFailure } from './operation-failure.ts';
import type { Progress } from './progress.ts';

/** What became of the clusters that a create made before it was cancelled, failed or ran out. */
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

export interface CleanupPolicy {
  cleanup: 'delete' | 'keep';
  /**
   * The user asked for the deletion of the cluster itself, in this way. Then it is deleted even if an earlier create
   * made it.
   */
  deleteOptions?: DeleteClusterOptions;
}

/**
 * Deletes every cluster that carries this create's marker, and waits until they are gone. Looks first, several times
 * over when the outcome of a request is open. Runs on when the workflow is cancelled; a second cancel changes nothing.
 *
 * Never throws: what could not be deleted is in the result.
 */
export async function cleanUp(
  creation: Creation,
  { cleanup, deleteOptions }: CleanupPolicy,
  progress: Progress,
): Promise<Cleanup> {
  const { obtained, outcomeOpen } = creation;
  const known = [...new Set([...creation.made, ...(obtained === undefined ? [] : [obtained.clusterID])])];
  if (known.length === 0 && !outcomeOpen) return { status: 'notNeeded', clusterIDs: [] };
  // Without our marker's key a cluster is never deleted as compensation, even if an earlier create of ours made it.
  const isNotOurs = obtained?.madeBy === 'earlierCreate' && deleteOptions === undefined;
  if (cleanup === 'keep' || isNotOurs) return { status: 'kept', clusterIDs: known };

  progress.enter('cleaningUp');
  const options = deleteOptions ?? compensationOptions(creation.request);
  const gone: string[] = [];
  let target: string | undefined;
  return CancellationScope.nonCancellable(async () => {
    try {
      const pauses = outcomeOpen ? [...settlePauses] : [];
      for (;;) {
        // The list may not show yet what the create call answered with.
        target = [...(await findOurs(creation)), ...known].find((clusterID) => !gone.includes(clusterID));
        if (target !== undefined) {
          progress.enter('cleaningUp', target);
          await deleteUntilGone(target, options, progress.observe);
          gone.push(target);
          continue;
        }
        const pause = gone.length > 0 ? undefined : pauses.shift();
        if (pause === undefined) return { status: gone.length > 0 ? 'deleted' : 'notNeeded', clusterIDs: gone };
        await sleep(pause);
      }
    } catch (error) {
      return {
        status: 'incomplete',
        clusterIDs: target === undefined ? known : [target],
        failure: describeFailure(error, 'DeleteRefused'),
      };
    }
  });
}

/**
 * How to undo a create. Nothing that it made may stay on the bill, but machines that were there before are the user's:
 * as soon as the request has one, all nodes are moved out of the cluster instead, and nothing of theirs is deleted.
 */
export function compensationOptions({ masters = [], nodes = [] }: CreateClusterRequest): DeleteClusterOptions {
  const usesExisting = [...masters, ...nodes].some(({ instanceSpec }) => instanceSpec.existed === true);
  return usesExisting ? { moveOut: true } : { deleteResource: true, deleteCDSSnapshot: true };
}

async function findOurs(creation: Creation): Promise<string[]> {
  const found = await look(creation);
  return found
    .filter(({ clusterPhase }) => clusterPhase !== 'deleted')
    .filter(({ description }) => readMarker(description)?.key === creation.marker.key)
    .map(({ clusterID }) => clusterID);
}
