import type { Duration } from '@temporalio/common';
import { isCancellation, patched, sleep } from '@temporalio/workflow';
import type { FoundCluster } from '../../activities/create/find-clusters.ts';
import { readMarker } from '../../contract/marker.ts';
import { ambiguousName } from '../delete/ambiguous-name.ts';
import { lookPatiently } from '../delete/look-patiently.ts';
import { awaitUnseen, unseenMessage } from '../operation/await-unseen.ts';
import { isAfterReset } from './after-reset.ts';
import { awaitLateClusters } from './await-late-clusters.ts';
import type { CleanUpTask, CleanupPolicy } from './clean-up-task.ts';
import { decideCreate } from './create-decision.ts';
import type { Creation } from './creation.ts';
import { countMade, lastOpenedAtMs, lastRequestTimeMs } from './sent-requests.ts';

/** Clusters that are known by their ID or that a look shows. Looks again after each pause while none of ours shows. */
export async function findTargets(
  { creation, policyNow, progress, sinceMs, untilMs }: CleanUpTask,
  pauses: readonly Duration[],
): Promise<string[]> {
  const { obtained, made } = creation;
  const known = [...new Set(obtained === undefined ? made : [...made, obtained.clusterID])];
  for (const pause of [...pauses, ...(pauses.length === 0 ? [] : [lastPause]), undefined]) {
    const found = await lookPatiently(creation.request.cluster.clusterName, progress, { sinceMs, untilMs });
    // The list may not show the cluster of the create call's answer yet.
    const mine = [...new Set([...ours(found, creation), ...known])];
    const isEnough = pause === undefined || (pause === lastPause && !patched('clean-up-looks-longer'));
    if (mine.length > 0 || isEnough) return [...mine, ...asked(found, creation, policyNow())];
    await sleep(pause, { summary: 'before the next look' });
  }
  return known;
}

/**
 * Finds the clusters of lost requests that no look has shown yet, if there may be more than those that are known: nobody looks for
 * them after the clean-up. Runs of before did not look again.
 */
export async function findLateOnes(
  known: readonly string[],
  task: CleanUpTask,
  change: 'kept-clusters-show-late' | 'deleted-clusters-show-late',
): Promise<string[]> {
  const { creation, policyNow, progress, sinceMs, untilMs } = task;
  const { requests } = creation;
  // The run before a reset may have sent a request that this run does not know.
  const lastAtMs = lastOpenedAtMs(requests) ?? (isAfterReset() ? sinceMs : -Infinity);
  const restMs = Math.min(lastAtMs + lastRequestTimeMs, untilMs - lastLookMs) - Date.now();
  // Others count among the known ones: what the run before a reset made, and what the user named.
  const mayKnowOthers = isAfterReset() || policyNow().deleteOptions !== undefined;
  const areAllKnown = known.length >= countMade(requests) && !mayKnowOthers;
  if (restMs <= 0 || areAllKnown || !patched(change)) return [];
  try {
    await awaitLateClusters(restMs, progress);
  } catch (error) {
    // Whoever gives the clean-up up gives up this alone: what it knows is handled.
    if (isCancellation(error)) return [];
    throw error;
  }
  return findTargets(task, []);
}

/**
 * Waits for the cluster that a terminated create of this name may have made before, if the user asked for its deletion: nobody else
 * looks for it. Runs of before ended at once.
 */
export async function awaitUnseenCluster({ creation, progress, sinceMs, untilMs }: CleanUpTask): Promise<void> {
  const { obtained, unseenUntilMs, request } = creation;
  if (obtained !== undefined || Date.now() >= unseenUntilMs || !patched(findsUnlisted)) return;
  const { clusterName } = request.cluster;
  await awaitUnseen(() => lookPatiently(clusterName, progress, { sinceMs, untilMs }), {
    untilMs: Math.min(unseenUntilMs, untilMs),
    message: unseenMessage,
    progress,
  });
}

/** The time that a look needs before a clean-up ends. */
const lastLookMs = 10_000;

/** The change since which a clean-up that is a delete by name finds what no list shows. */
const findsUnlisted = 'clean-up-finds-unlisted';

/**
 * A worker that is lost while it sends is noticed before its request has ended, and nothing looks again after a clean-up.
 * Runs of before ended without this pause.
 */
const lastPause: Duration = '35s';

/** Those that carry the key of this create. */
export function ours(found: readonly FoundCluster[], { marker }: Creation): string[] {
  return found
    .filter(
      ({ clusterPhase, description }) => clusterPhase !== 'deleted' && readMarker(description)?.key === marker.key,
    )
    .map(({ clusterID }) => clusterID);
}

/** The cluster of an earlier create, if the user asked for its deletion before this create adopted it: listed, or recorded. */
function asked(found: readonly FoundCluster[], creation: Creation, { deleteOptions }: CleanupPolicy): string[] {
  if (deleteOptions === undefined || creation.obtained !== undefined) return [];
  const listed = askedByName(found, creation);
  const { knownClusterID, allowDuplicateName } = creation;
  // A create that wants a second cluster of the name means that one alone.
  if (allowDuplicateName && patched('spares-the-known-cluster')) return listed;
  const isListed = found.some(({ clusterID }) => clusterID === knownClusterID);
  if (listed.length > 0 || knownClusterID === undefined || isListed || !patched(findsUnlisted)) return listed;
  // The deletion asks for it by its ID, and compares name and marker.
  return [knownClusterID];
}

function askedByName(found: readonly FoundCluster[], creation: Creation): string[] {
  const decision = decideCreate({ ...creation, found, settling: false });
  if (decision.action === 'adopt' && decision.madeBy === 'earlierCreate') return [decision.clusterID];
  // The user named the cluster, whatever its spec. Creates of version 0.1 left it.
  if (decision.action !== 'refuse' || decision.reason === 'foreign' || !patched('delete-by-name')) return [];
  const named = found
    .filter(({ clusterID, description }) => decision.clusterIDs.includes(clusterID) && readMarker(description))
    .map(({ clusterID }) => clusterID);
  if (named.length <= 1) return named;
  throw ambiguousName(creation.request.cluster.clusterName, named);
}
