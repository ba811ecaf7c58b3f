import type { Duration } from '@temporalio/common';
import { CancellationScope, sleep } from '@temporalio/workflow';
import type { FoundCluster } from '../../activities/create/find-clusters.ts';
import type { DeleteClusterOptions } from '../../cce/cluster.ts';
import type { CreateClusterRequest } from '../../cce/create-cluster.ts';
import { secretsOf } from '../../cce/secrets.ts';
import { compensationOptions } from '../../contract/compensation.ts';
import type { Cleanup } from '../../contract/create.ts';
import { readMarker } from '../../contract/marker.ts';
import type { OperationFailure } from '../../contract/operation-failure.ts';
import { deleteUntilGone, whatStaysBehind } from '../delete/delete-until-gone.ts';
import { describeFailure } from '../operation/operation-failure.ts';
import type { Progress } from '../operation/progress.ts';
import { decideCreate } from './create-decision.ts';
import type { Creation } from './creation.ts';
import { look, settlePauses } from './obtain-cluster.ts';
import { isOutcomeOpen } from './sent-requests.ts';

export interface CleanupPolicy {
  cleanup: 'delete' | 'keep';
  /**
   * Present if the user asked for the deletion of the cluster itself, with these options. Then it is deleted even if an
   * earlier create made it.
   */
  deleteOptions?: DeleteClusterOptions;
}

/**
 * Deletes every cluster that carries this create's marker, and waits until they are gone. Looks first, several times if
 * the outcome of a request is open. Goes on when the workflow is cancelled, so a second cancel changes nothing.
 *
 * Never throws: the result names what could not be deleted.
 */
export async function cleanUp(
  creation: Creation,
  /** A function, because the user may ask for a deletion while the clean-up still looks. */
  policyNow: () => CleanupPolicy,
  progress: Progress,
): Promise<Cleanup> {
  const { obtained } = creation;
  const { deleteOptions } = policyNow();
  const isOpen = isOutcomeOpen(creation.requests);
  if (obtained === undefined && !isOpen && deleteOptions === undefined) {
    return { status: 'notNeeded', clusterIDs: [] };
  }
  // Compensation never deletes a cluster without this create's key, even if an earlier create of ours made it.
  if (obtained?.madeBy === 'earlierCreate' && deleteOptions === undefined) {
    return { status: 'kept', clusterIDs: [obtained.clusterID] };
  }
  progress.enter('cleaningUp');
  return CancellationScope.nonCancellable(async () => {
    try {
      const targets = await findTargets(creation, policyNow, isOpen ? settlePauses : []);
      const policy = policyNow();
      if (targets.length === 0) return { status: 'notNeeded', clusterIDs: [] };
      if (policy.cleanup === 'keep') return { status: 'kept', clusterIDs: targets };
      return await deleteAll(creation, policy, targets, progress);
    } catch (error) {
      // The service refused the looks, so what there is to delete was not even found.
      const clusterIDs = obtained === undefined ? creation.made : [obtained.clusterID];
      return { status: 'incomplete', clusterIDs, failure: describeFailure(error, 'DeleteRefused') };
    }
  });
}

/** The user's options count, except that existing machines are moved out even if the user does not say so. */
function deleteOptionsFor(request: CreateClusterRequest, { deleteOptions }: CleanupPolicy): DeleteClusterOptions {
  const { moveOut = false, ...compensation } = compensationOptions(request);
  return { ...(moveOut && { moveOut }), ...(deleteOptions ?? compensation) };
}

async function deleteAll(
  creation: Creation,
  policy: CleanupPolicy,
  targets: readonly string[],
  progress: Progress,
): Promise<Cleanup> {
  const options = deleteOptionsFor(creation.request, policy);
  const staysBehind = whatStaysBehind(options);
  const gone: string[] = [];
  const left = new Map<string, OperationFailure>();
  for (let remaining = targets; remaining.length > 0;) {
    for (const clusterID of remaining) {
      progress.enter('cleaningUp', clusterID);
      try {
        await deleteForSure(creation, clusterID, options, progress);
        gone.push(clusterID);
      } catch (error) {
        left.set(clusterID, describeFailure(error, 'DeleteRefused'));
      }
    }
    // A request that seemed lost may have made another cluster meanwhile.
    const seen = await findTargets(creation, () => policy, []);
    remaining = seen.filter((clusterID) => !gone.includes(clusterID) && !left.has(clusterID));
  }
  const [failure] = left.values();
  return failure === undefined
    ? { status: 'deleted', clusterIDs: gone, ...(staysBehind.length > 0 && { staysBehind }) }
    : { status: 'incomplete', clusterIDs: [...left.keys()], failure };
}

/** If the service never showed the cluster, "not found" may mean that it is too new, so the deletion is repeated. */
async function deleteForSure(
  { request }: Creation,
  clusterID: string,
  options: DeleteClusterOptions,
  progress: Progress,
): Promise<void> {
  const pauses = progress.hasSeen(clusterID) ? [] : settlePauses;
  for (const pause of [...pauses, undefined]) {
    const { alreadyGone } = await deleteUntilGone(clusterID, options, progress.observe, secretsOf(request));
    if (!alreadyGone || pause === undefined) return;
    await sleep(pause, { summary: 'before the next look' });
  }
}

/** Clusters that are known by their ID or that a look shows. Looks again after each pause while none of ours shows. */
async function findTargets(
  creation: Creation,
  policyNow: () => CleanupPolicy,
  pauses: readonly Duration[],
): Promise<string[]> {
  const { obtained, made } = creation;
  const known = [...new Set(obtained === undefined ? made : [...made, obtained.clusterID])];
  for (const pause of [...pauses, undefined]) {
    const found = await look(creation);
    // The list may not show the cluster of the create call's answer yet.
    const mine = [...new Set([...ours(found, creation), ...known])];
    if (mine.length > 0 || pause === undefined) return [...mine, ...asked(found, creation, policyNow())];
    await sleep(pause, { summary: 'before the next look' });
  }
  return known;
}

function ours(found: readonly FoundCluster[], { marker }: Creation): string[] {
  return found
    .filter(
      ({ clusterPhase, description }) => clusterPhase !== 'deleted' && readMarker(description)?.key === marker.key,
    )
    .map(({ clusterID }) => clusterID);
}

/** The cluster of an earlier create, if the user asked for its deletion before this create adopted it. */
function asked(found: readonly FoundCluster[], creation: Creation, { deleteOptions }: CleanupPolicy): string[] {
  if (deleteOptions === undefined || creation.obtained !== undefined) return [];
  const decision = decideCreate({ ...creation, found, settling: false });
  return decision.action === 'adopt' && decision.madeBy === 'earlierCreate' ? [decision.clusterID] : [];
}
