import { TemporalFailure } from '@temporalio/common';
import { CancellationScope, isCancellation, patched } from '@temporalio/workflow';
import type { DeleteClusterOptions } from '../../cce/cluster.ts';
import type { CreateClusterRequest } from '../../cce/create-cluster.ts';
import { secretsOf } from '../../cce/secrets.ts';
import { compensationOptions } from '../../contract/compensation.ts';
import type { Cleanup } from '../../contract/create.ts';
import { isAboutNodes, protectedObjection, type DeleteOrder, type DeleteReason } from '../../contract/delete-order.ts';
import { mergeLeftovers, type Leftovers } from '../../contract/leftovers.ts';
import type { OperationFailure } from '../../contract/operation-failure.ts';
import { deleteUntilGone, whatStaysBehind } from '../delete/delete-until-gone.ts';
import { describeFailure } from '../operation/operation-failure.ts';
import type { Progress } from '../operation/progress.ts';
import { settlePauses } from '../operation/settle-pauses.ts';
import { isAfterReset } from './after-reset.ts';
import type { CleanUpTask, CleanupPolicy } from './clean-up-task.ts';
import type { Creation } from './creation.ts';
import { awaitUnseenCluster, findLateOnes, findTargets } from './find-targets.ts';
import { deleteOwnClusters, orderForExtra } from './own-clusters.ts';
import { isOutcomeOpen, lastOpenedAtMs, lastRequestTimeMs } from './sent-requests.ts';

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
  // Compensation never deletes a cluster without this create's key, even if an earlier create of ours made it.
  if (obtained?.madeBy === 'earlierCreate' && policyNow().deleteOptions === undefined) {
    await keepOnlyAdopted(creation, progress, onBegin);
    // The user may have asked for a deletion meanwhile.
    if (policyNow().deleteOptions === undefined) return { status: 'kept', clusterIDs: [obtained.clusterID] };
  }
  const { deleteOptions } = policyNow();
  const isOpen = isOutcomeOpen(creation.requests) || (obtained === undefined && mayShowLate(creation));
  if (obtained === undefined && !isOpen && deleteOptions === undefined) {
    return { status: 'notNeeded', clusterIDs: [] };
  }
  progress.enter('cleaningUp');
  const sinceMs = Date.now();
  const untilMs = sinceMs + creation.cleanUpTimeoutSeconds * 1000;
  const done: CleanUpRecord = { handled: [], gone: [], leftBehind: [] };
  try {
    return await untilAbandoned(onBegin, async () => {
      const task = { creation, policyNow, progress, sinceMs, untilMs };
      if (deleteOptions !== undefined) await awaitUnseenCluster(task);
      const targets = await findTargets(task, isOpen ? settlePauses : []);
      const policy = policyNow();
      const order = orderOf(policy, creation);
      if (targets.length === 0) return { status: 'notNeeded', clusterIDs: [] };
      if (order !== undefined) return deleteAll({ ...task, policyNow: () => policy }, order, targets, done);
      const late = await findLateOnes(targets, task, 'kept-clusters-show-late');
      const clusterIDs = [...new Set([...targets, ...late])];
      // The user may have asked for a deletion meanwhile.
      const policyThen = policyNow();
      const orderThen = orderOf(policyThen, creation);
      if (orderThen === undefined || !patched('deletion-while-late-clusters-show'))
        return { status: 'kept', clusterIDs };
      return deleteAll({ ...task, policyNow: () => policyThen }, orderThen, clusterIDs, done);
    });
  } catch (error) {
    if (!(error instanceof TemporalFailure)) throw error;
    const known = obtained === undefined ? creation.made : [...creation.made, obtained.clusterID];
    const clusterIDs = [...new Set([...known, ...done.handled])].filter((clusterID) => !done.gone.includes(clusterID));
    return { status: 'incomplete', clusterIDs, failure: failureOf(error), ...namedLeftovers(done) };
  }
}

/** Goes on when the workflow is cancelled, until somebody gives it up. */
function untilAbandoned<Result>(onBegin: (abandon: () => void) => void, work: () => Promise<Result>): Promise<Result> {
  return CancellationScope.nonCancellable(() => {
    const abandonable = new CancellationScope({ cancellable: true });
    onBegin(() => abandonable.cancel());
    return abandonable.run(work);
  });
}

/** Deletes what this create has made beside the cluster that it adopted. What it cannot delete, the outcome names if a look shows it. */
async function keepOnlyAdopted(
  creation: Creation,
  progress: Progress,
  onBegin: (abandon: () => void) => void,
): Promise<void> {
  try {
    await untilAbandoned(onBegin, () => deleteOwnClusters(creation, progress, 'cleaningUp'));
  } catch (error) {
    if (!(error instanceof TemporalFailure)) throw error;
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
function orderOf(
  { reason, deleteOptions }: CleanupPolicy,
  { request, marker, nodes }: Creation,
): DeleteOrder | undefined {
  const { clusterName } = request.cluster;
  if (deleteOptions !== undefined) return { reason: 'deleteRequested', clusterName, onlyMarked: true };
  if (reason === undefined) return undefined;
  const { key: markerKey } = marker;
  if (!isAboutNodes(reason)) return { reason, markerKey };
  return nodes && { reason, markerKey, nodes: { wanted: nodes.wanted, needed: nodes.needed } };
}

/** What is true of the cluster of a create alone is no reason to delete another one: that is an extra. */
function orderFor(clusterID: string, order: DeleteOrder, creation: Creation): DeleteOrder {
  const { obtained } = creation;
  const isAboutObtained = reasonsAboutObtained.has(order.reason);
  if (!isAboutObtained || obtained === undefined || obtained.clusterID === clusterID) return order;
  return orderForExtra(creation);
}

const reasonsAboutObtained: ReadonlySet<DeleteReason> = new Set([
  'createFailed',
  'deadlinePassed',
  'nodesFailed',
  'nodesLate',
  'leaseEnded',
]);

/** The user's options count, except that existing machines are moved out even if the user does not say so. */
function deleteOptionsFor(request: CreateClusterRequest, { deleteOptions }: CleanupPolicy): DeleteClusterOptions {
  const { moveOut = false, ...compensation } = compensationOptions(request);
  return { ...(moveOut && { moveOut }), ...(deleteOptions ?? compensation) };
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
    remaining = (await findTargets(task, [])).filter(isNew);
    if (remaining.length > 0) continue;
    remaining = (await findLateOnes(handled, task, 'deleted-clusters-show-late')).filter(isNew);
  }
  const leftovers = namedLeftovers(done);
  const [firstFailure] = left.values();
  // A protection is what most people have to know of.
  const [firstObjection] = kept.values();
  const objection = [...kept.values()].includes(protectedObjection) ? protectedObjection : firstObjection;
  if (firstFailure !== undefined) {
    const clusterIDs = handled.filter((clusterID) => left.has(clusterID) || kept.has(clusterID));
    const objected = objection === undefined ? {} : { objection };
    return { status: 'incomplete', reason, clusterIDs, failure: firstFailure, ...objected, ...leftovers };
  }
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

  function isNew(clusterID: string): boolean {
    return !gone.includes(clusterID) && !left.has(clusterID) && !kept.has(clusterID);
  }

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
      if (objection !== undefined) return void kept.set(clusterID, objection);
      gone.push(clusterID);
      // Only a record of before had it.
      const isOnRecord = creation.obtained === undefined && clusterID === creation.knownClusterID;
      if (alreadyGone && isOnRecord) neverThere.push(clusterID);
    } catch (error) {
      if (isCancellation(error) || !(error instanceof TemporalFailure)) throw error;
      left.set(clusterID, describeFailure(error, 'DeleteRefused'));
    }
  }
}
