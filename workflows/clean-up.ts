import { CancellationScope, sleep } from '@temporalio/workflow';
import type { FoundCluster } from '../activities/find-clusters.ts';
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
  /** Of an incomplete one: those that are left. */
  clusterIDs: string[];
  /** Why it is incomplete; of several reasons the first. */
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
export async function cleanUp(creation: Creation, policy: CleanupPolicy, progress: Progress): Promise<Cleanup> {
  const { obtained, outcomeOpen } = creation;
  if (obtained === undefined && !outcomeOpen && policy.deleteOptions === undefined) {
    return { status: 'notNeeded', clusterIDs: [] };
  }
  // Without our marker's key a cluster is never deleted as compensation, even if an earlier create of ours made it.
  if (obtained?.madeBy === 'earlierCreate' && policy.deleteOptions === undefined) {
    return { status: 'kept', clusterIDs: [obtained.clusterID] };
  }
  progress.enter('cleaningUp');
  return CancellationScope.nonCancellable(async () => {
    try {
      const targets = await findTargets(creation, policy);
      if (targets.length === 0) return { status: 'notNeeded', clusterIDs: [] };
      if (policy.cleanup === 'keep') return { status: 'kept', clusterIDs: targets };
      return await deleteAll(creation, policy, targets, progress);
    } catch (error) {
      return { status: 'incomplete', clusterIDs: creation.made, failure: describeFailure(error, 'DeleteRefused') };
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

async function deleteAll(
  creation: Creation,
  policy: CleanupPolicy,
  targets: readonly string[],
  progress: Progress,
): Promise<Cleanup> {
  const options = policy.deleteOptions ?? compensationOptions(creation.request);
  const gone: string[] = [];
  const left = new Map<string, OperationFailure>();
  for (let remaining = targets; remaining.length > 0;) {
    for (const clusterID of remaining) {
      progress.enter('cleaningUp', clusterID);
      try {
        await deleteUntilGone(clusterID, options, progress.observe);
        gone.push(clusterID);
      } catch (error) {
        left.set(clusterID, describeFailure(error, 'DeleteRefused'));
      }
    }
    // Meanwhile a request that was thought lost may have made another one.
    const seen = await findTargets({ ...creation, outcomeOpen: false }, policy);
    remaining = seen.filter((clusterID) => !gone.includes(clusterID) && !left.has(clusterID));
  }
  const [failure] = left.values();
  return failure === undefined
    ? { status: 'deleted', clusterIDs: gone }
    : { status: 'incomplete', clusterIDs: [...left.keys()], failure };
}

/** What is known by its ID, and what looks show; over the settle time, as long as nothing shows. */
async function findTargets(creation: Creation, policy: CleanupPolicy): Promise<string[]> {
  const { obtained, made, outcomeOpen } = creation;
  const known = obtained === undefined ? made : [...made, obtained.clusterID];
  for (const pause of [...(outcomeOpen ? settlePauses : []), undefined]) {
    const found = (await look(creation)).filter((cluster) => isTarget(cluster, creation, policy));
    // The list may not show yet what the create call answered with.
    const targets = [...new Set([...found.map(({ clusterID }) => clusterID), ...known])];
    if (targets.length > 0 || pause === undefined) return targets;
    await sleep(pause);
  }
  return known;
}

function isTarget(
  { clusterPhase, description }: FoundCluster,
  { marker, obtained }: Creation,
  { deleteOptions }: CleanupPolicy,
): boolean {
  if (clusterPhase === 'deleted') return false;
  const found = readMarker(description);
  if (found?.key === marker.key) return true;
  // Asked for by its name before it was adopted: the cluster that an equal request would have been answered with.
  return deleteOptions !== undefined && obtained === undefined && found?.digest === marker.digest;
}
