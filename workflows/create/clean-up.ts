import { TemporalFailure, type Duration } from '@temporalio/common';
import { CancellationScope, isCancellation, patched, sleep } from '@temporalio/workflow';
import type { FoundCluster } from '../../activities/create/find-clusters.ts';
import type { DeleteClusterOptions } from '../../cce/cluster.ts';
import type { CreateClusterRequest } from '../../cce/create-cluster.ts';
import { secretsOf } from '../../cce/secrets.ts';
import { compensationOptions } from '../../contract/compensation.ts';
import type { Cleanup } from '../../contract/create.ts';
import type { DeleteOrder, DeleteReason, OwnDeleteReason } from '../../contract/delete-order.ts';
import { mergeLeftovers, type Leftovers } from '../../contract/leftovers.ts';
import { readMarker } from '../../contract/marker.ts';
import type { OperationFailure } from '../../contract/operation-failure.ts';
import { awaitUnseen, unseenMessage } from '../operation/await-unseen.ts';
import { ambiguousName } from '../delete/ambiguous-name.ts';
import { deleteUntilGone, whatStaysBehind } from '../delete/delete-until-gone.ts';
import { lookPatiently } from '../delete/look-patiently.ts';
import { describeFailure } from '../operation/operation-failure.ts';
import type { Progress } from '../operation/progress.ts';
import { settlePauses } from '../operation/settle-pauses.ts';
import { isAfterReset } from './after-reset.ts';
import { decideCreate } from './create-decision.ts';
import type { Creation } from './creation.ts';
import { countMade, isOutcomeOpen, lastOpenedAtMs, lastRequestTimeMs } from './sent-requests.ts';

export interface CleanupPolicy {
  /** Why the clusters of this create are deleted. Absent: they are kept. */
  reason?: OwnDeleteReason;
  /**
   * Present if the user asked for the deletion of the cluster itself, with these options. Then it is deleted even if an
   * earlier create made it.
   */
  deleteOptions?: DeleteClusterOptions;
}

/**
 * Deletes every cluster that carries this create's marker, and waits until they are gone. Looks first, several times if
 * the outcome of a request is open. Goes on when the workflow is cancelled; a second cancel changes nothing. Ends with
 * its time limit, or when it is abandoned: then it leaves the rest to people, and frees the name.
 *
 * Throws unforeseen errors only: the result names what could not be deleted.
 */
export async function cleanUp(
  creation: Creation,
  /** A function, because the user may ask for a deletion while the clean-up still looks. */
  policyNow: () => CleanupPolicy,
  progress: Progress,
  /** Receives the function that gives the clean-up up. */
  onBegin: (abandon: () => void) => void,
): Promise<Cleanup> {
  const { obtained } = creation;
  const { deleteOptions } = policyNow();
  const isOpen = isOutcomeOpen(creation.requests) || (obtained === undefined && mayShowLate(creation));
  if (obtained === undefined && !isOpen && deleteOptions === undefined) {
    return { status: 'notNeeded', clusterIDs: [] };
  }
  // Compensation never deletes a cluster without this create's key, even if an earlier create of ours made it.
  if (obtained?.madeBy === 'earlierCreate' && deleteOptions === undefined) {
    return { status: 'kept', clusterIDs: [obtained.clusterID] };
  }
  progress.enter('cleaningUp');
  const sinceMs = Date.now();
  const untilMs = sinceMs + creation.cleanUpTimeoutSeconds * 1000;
  const done: CleanUpRecord = { handled: [], gone: [], leftBehind: [] };
  try {
    return await CancellationScope.nonCancellable(async () => {
      const abandonable = new CancellationScope({ cancellable: true });
      onBegin(() => abandonable.cancel());
      return abandonable.run(async () => {
        const task = { creation, policyNow, progress, sinceMs, untilMs };
        if (deleteOptions !== undefined) await awaitUnseenCluster(task);
        const targets = await findTargets(task, isOpen ? settlePauses : []);
        const policy = policyNow();
        const order = orderOf(policy, creation);
        if (targets.length === 0) return { status: 'notNeeded', clusterIDs: [] };
        if (order === undefined) return { status: 'kept', clusterIDs: await withLateOnes(targets, task) };
        return deleteAll({ ...task, policyNow: () => policy }, order, targets, done);
      });
    });
  } catch (error) {
    if (!(error instanceof TemporalFailure)) throw error;
    const known = obtained === undefined ? creation.made : [...creation.made, obtained.clusterID];
    const clusterIDs = [...new Set([...known, ...done.handled])].filter((clusterID) => !done.gone.includes(clusterID));
    return { status: 'incomplete', clusterIDs, failure: failureOf(error), ...namedLeftovers(done) };
  }
}

/**
 * Whether looks that were in vain prove nothing yet: a request whose connection broke may take effect half a minute later, and
 * the run before a reset may have sent one. Nobody looks again after a clean-up. Runs of before ended here.
 */
function mayShowLate({ requests }: Creation): boolean {
  const isRecent = Date.now() < (lastOpenedAtMs(requests) ?? -Infinity) + lastRequestTimeMs;
  return (isRecent || isAfterReset()) && patched('clean-up-awaits-late-clusters');
}

/** What a clean-up has done so far. It counts even if somebody gives the clean-up up. */
interface CleanUpRecord {
  /** All clusters that it began to delete, whether or not this create knew them before. */
  handled: string[];
  gone: string[];
  leftBehind: (Leftovers | undefined)[];
}

function namedLeftovers({ leftBehind }: CleanUpRecord): Pick<Cleanup, 'leftovers'> {
  const merged = mergeLeftovers(leftBehind);
  return merged === undefined ? {} : { leftovers: merged };
}

function failureOf(error: TemporalFailure): OperationFailure {
  // The service refused the looks, so what there is to delete was not even found.
  if (!isCancellation(error)) return describeFailure(error, 'DeleteRefused');
  return {
    type: 'CleanupAbandoned',
    message: 'somebody gave up the clean-up',
    advice: 'look for what is left with `ccectl reconcile`, and delete it by its clusterID',
  };
}

/** What a deletion is based on; `undefined` if the clusters are kept. */
function orderOf({ reason, deleteOptions }: CleanupPolicy, { request, marker }: Creation): DeleteOrder | undefined {
  const { clusterName } = request.cluster;
  if (deleteOptions !== undefined) return { reason: 'deleteRequested', clusterName, onlyMarked: true };
  return reason === undefined ? undefined : { reason, markerKey: marker.key };
}

/** What is true of the cluster of a create alone is no reason to delete another one: that is an extra. */
function orderFor(clusterID: string, order: DeleteOrder, { obtained, marker }: Creation): DeleteOrder {
  const isAboutObtained = reasonsAboutObtained.has(order.reason);
  if (!isAboutObtained || obtained === undefined || obtained.clusterID === clusterID) return order;
  return { reason: 'extraOfCreate', markerKey: marker.key };
}

const reasonsAboutObtained: ReadonlySet<DeleteReason> = new Set(['createFailed', 'deadlinePassed', 'leaseEnded']);

/** The user's options count, except that existing machines are moved out even if the user does not say so. */
function deleteOptionsFor(request: CreateClusterRequest, { deleteOptions }: CleanupPolicy): DeleteClusterOptions {
  const { moveOut = false, ...compensation } = compensationOptions(request);
  return { ...(moveOut && { moveOut }), ...(deleteOptions ?? compensation) };
}

/** What the parts of a clean-up share. */
interface CleanUpTask {
  creation: Creation;
  policyNow: () => CleanupPolicy;
  progress: Progress;
  /** When the clean-up began, in milliseconds since the epoch. */
  sinceMs: number;
  /** When to give up, in milliseconds since the epoch. */
  untilMs: number;
}

async function deleteAll(
  task: CleanUpTask,
  order: DeleteOrder,
  targets: readonly string[],
  done: CleanUpRecord,
): Promise<Cleanup> {
  const { handled, gone, leftBehind } = done;
  const { creation, policyNow, progress, sinceMs, untilMs } = task;
  const { request } = creation;
  const options = deleteOptionsFor(request, policyNow());
  const staysBehind = whatStaysBehind(options);
  const { reason } = order;
  const left = new Map<string, OperationFailure>();
  const kept = new Map<string, string>();
  const extras: string[] = [];
  const neverThere: string[] = [];
  for (let remaining = targets; remaining.length > 0;) {
    progress.enter('cleaningUp', remaining[0]);
    handled.push(...remaining);
    // In parallel, because one that the service refuses to delete must not hold up the others.
    await Promise.all(remaining.map((clusterID, index) => deleteOne(clusterID, index === 0)));
    // A request that seemed lost may have made another cluster meanwhile.
    const seen = await findTargets(task, []);
    remaining = seen.filter((clusterID) => !gone.includes(clusterID) && !left.has(clusterID) && !kept.has(clusterID));
  }
  const leftovers = namedLeftovers(done);
  const [firstFailure] = left.values();
  if (firstFailure !== undefined) {
    const clusterIDs = handled.filter((clusterID) => left.has(clusterID));
    return { status: 'incomplete', reason, clusterIDs, failure: firstFailure, ...leftovers };
  }
  const [objection] = kept.values();
  if (objection !== undefined) return { status: 'kept', reason, clusterIDs: [...kept.keys()], objection, ...leftovers };
  const clusterIDs = handled.filter((clusterID) => gone.includes(clusterID) && !neverThere.includes(clusterID));
  if (clusterIDs.length === 0) return { status: 'notNeeded', clusterIDs };
  return {
    status: 'deleted',
    reason,
    clusterIDs,
    ...(extras.length > 0 && { extras }),
    ...(staysBehind.length > 0 && { staysBehind }),
    ...leftovers,
  };

  async function deleteOne(clusterID: string, isShown: boolean): Promise<void> {
    const ownOrder = orderFor(clusterID, order, creation);
    if (ownOrder.reason === 'extraOfCreate') extras.push(clusterID);
    try {
      const {
        objection,
        alreadyGone,
        leftovers: named,
      } = await deleteUntilGone({
        clusterID,
        order: ownOrder,
        options,
        secrets: secretsOf(request),
        sinceMs,
        untilMs,
        // People see the steps of one.
        progress: { observe: isShown ? progress.observe : () => undefined, waitFor: progress.waitFor },
      });
      leftBehind.push(named);
      if (objection === undefined) gone.push(clusterID);
      // Only a record of before had it.
      const isOnRecord = creation.obtained === undefined && clusterID === creation.knownClusterID;
      if (alreadyGone && isOnRecord) neverThere.push(clusterID);
      if (objection !== undefined) kept.set(clusterID, objection);
    } catch (error) {
      if (isCancellation(error) || !(error instanceof TemporalFailure)) throw error;
      left.set(clusterID, describeFailure(error, 'DeleteRefused'));
    }
  }
}

/**
 * The user asked for the deletion of the cluster of this name, which a terminated create before may have made: nobody else looks for it.
 * Runs of before ended at once.
 */
async function awaitUnseenCluster({ creation, progress, sinceMs, untilMs }: CleanUpTask): Promise<void> {
  const { obtained, unseenUntilMs, request } = creation;
  if (obtained !== undefined || Date.now() >= unseenUntilMs || !patched(findsUnlisted)) return;
  const { clusterName } = request.cluster;
  await awaitUnseen(() => lookPatiently(clusterName, progress, { sinceMs, untilMs }), {
    untilMs: Math.min(unseenUntilMs, untilMs),
    message: unseenMessage,
    progress,
  });
}

/** The change since which a clean-up that is a delete by name finds what no list shows. */
const findsUnlisted = 'clean-up-finds-unlisted';

/** Clusters that are known by their ID or that a look shows. Looks again after each pause while none of ours shows. */
async function findTargets(
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
 * Adds the clusters of lost requests that no look has shown yet: nobody else names what is kept. Deletions take longer, and
 * look again. Runs of before named those that they knew.
 */
async function withLateOnes(targets: string[], task: CleanUpTask): Promise<string[]> {
  const { requests } = task.creation;
  const restMs = (lastOpenedAtMs(requests) ?? -Infinity) + lastRequestTimeMs - Date.now();
  if (restMs <= 0 || targets.length >= countMade(requests) || !patched('kept-clusters-show-late')) return targets;
  await sleep(restMs, { summary: 'what a last request made may show late' });
  return [...new Set([...targets, ...(await findTargets(task, []))])];
}

/**
 * A worker that is lost while it sends is noticed before its request has ended, and nothing looks again after a clean-up.
 * Runs of before ended without this pause.
 */
const lastPause: Duration = '35s';

function ours(found: readonly FoundCluster[], { marker }: Creation): string[] {
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
  const { knownClusterID } = creation;
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
