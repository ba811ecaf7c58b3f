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
  /** Asked for when it is needed: a deletion may be requested while the clean-up still looks. */
  policyNow: () => CleanupPolicy,
  progress: Progress,
): Promise<Cleanup> {
  const { obtained } = creation;
  const { deleteOptions } = policyNow();
  const isOpen = isOutcomeOpen(creation.requests);
  if (obtained === undefined && !isOpen && deleteOptions === undefined) {
    return { status: 'notNeeded', clusterIDs: [] };
  }
  // Without our marker's key a cluster is never deleted as compensation, even if an earlier create of ours made it.
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
      // The looks were refused; what could be deleted was not even found.
      const clusterIDs = obtained === undefined ? creation.made : [obtained.clusterID];
      return { status: 'incomplete', clusterIDs, failure: describeFailure(error, 'DeleteRefused') };
    }
  });
}

/** What a user asks for goes, but for machines that were there before: those are spared even if nobody says so. */
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
    // Meanwhile a request that was thought lost may have made another one.
    const seen = await findTargets(creation, () => policy, []);
    remaining = seen.filter((clusterID) => !gone.includes(clusterID) && !left.has(clusterID));
  }
  const [failure] = left.values();
  return failure === undefined
    ? { status: 'deleted', clusterIDs: gone, ...(staysBehind.length > 0 && { staysBehind }) }
    : { status: 'incomplete', clusterIDs: [...left.keys()], failure };
}

/** A cluster that the service never showed may only be new to it: then "not found" is asked for again. */
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

/** What is known by its ID, and what looks show; over the settle time, as long as nothing of this create shows. */
async function findTargets(
  creation: Creation,
  policyNow: () => CleanupPolicy,
  pauses: readonly Duration[],
): Promise<string[]> {
  const { obtained, made } = creation;
  const known = [...new Set(obtained === undefined ? made : [...made, obtained.clusterID])];
  for (const pause of [...pauses, undefined]) {
    const found = await look(creation);
    // The list may not show yet what the create call answered with.
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

/** The cluster whose deletion was asked for by its name before it was adopted. */
function asked(found: readonly FoundCluster[], creation: Creation, { deleteOptions }: CleanupPolicy): string[] {
  if (deleteOptions === undefined || creation.obtained !== undefined) return [];
  const decision = decideCreate({ ...creation, found, settling: false });
  return decision.action === 'adopt' && decision.madeBy === 'earlierCreate' ? [decision.clusterID] : [];
}
