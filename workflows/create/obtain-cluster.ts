import { isCancellation, patched, sleep } from '@temporalio/workflow';
import type { FoundCluster } from '../../activities/create/find-clusters.ts';
import type { Submission } from '../../activities/create/submit-cluster.ts';
import type { CreateClusterRequest } from '../../cce/create-cluster.ts';
import type { ObtainedCluster } from '../../contract/create-record.ts';
import { withMarker } from '../../contract/marker.ts';
import { compareSpec, findClusters, submitCluster } from '../activity-proxies.ts';
import { repeatWhileRefused } from '../delete/repeat-while-refused.ts';
import { throwIfCancelled } from '../operation/cancellation.ts';
import { awaitUnseen, unseenMessage } from '../operation/await-unseen.ts';
import { describeFailure, failure } from '../operation/operation-failure.ts';
import { timeAfter, type Progress } from '../operation/progress.ts';
import { settlePauses } from '../operation/settle-pauses.ts';
import type { SettledDecision } from './create-decision.ts';
import type { Creation } from './creation.ts';
import { decide } from './decide.ts';
import { judgeSubmitError } from './judge-submit-error.ts';
import { knownCluster, type KnownCluster } from './known-cluster.ts';
import { oldClusterWait, type WaitForOldCluster } from './old-cluster-wait.ts';
import { isOutcomeOpen, lastOpenedAtMs, settle } from './sent-requests.ts';

/**
 * Obtains exactly one cluster: looks for it, sends the request if there is none, and looks again, several times, when
 * the outcome of the request is open. It sends another request only after every look was in vain.
 *
 * The last look before a request is part of the activity that sends, so that nothing happens in between, however long
 * creates queue. It also asks which deletes of ours are queued or under way, as no other look does.
 *
 * Throws `NameTaken`, or the ActivityFailure of a request that the service refused.
 */
export async function obtainCluster(creation: Creation, progress: Pick<Progress, 'waitFor'>): Promise<ObtainedCluster> {
  // Once this function has decided by what that look found, the next request is sent whatever it would find again.
  let leaving: string | undefined;
  const known = knownCluster(creation, progress);
  const appeared = await awaitUnseen(() => look(creation, progress), {
    untilMs: creation.unseenUntilMs,
    message: unseenMessage,
    progress,
  });
  known.note(appeared);
  const waitForOldCluster = oldClusterWait(progress);
  const task = { creation, progress, waitForOldCluster, known };
  for (let lookFirst = true; ;) {
    // A look that succeeds together with a cancel comes this far.
    throwIfCancelled();
    const attempt = await send(task, lookFirst, leaving);
    if ('found' in attempt) known.note(attempt.found);
    leaving = 'found' in attempt ? attempt.found.find(isLeaving)?.clusterID : undefined;
    if ('clusterID' in attempt) return { ...attempt, madeBy: 'thisCreate' };
    if ('found' in attempt && attempt.deleteIsQueued === true) {
      await waitForOldCluster('a delete of this name is queued');
      lookFirst = true;
      continue;
    }
    const decision: SettledDecision =
      'found' in attempt
        ? decide({ ...creation, found: attempt.found, settling: false })
        : await lookUntilSettled(task);
    const isDoubtful = 'found' in attempt && attempt.knownIsUnseen === true && restsOnAbsence(decision);
    // Runs of before believed one look.
    if (isDoubtful && patched('known-cluster-may-be-unseen')) {
      await known.awaitNextLook();
      lookFirst = true;
      continue;
    }
    if (decision.action === 'wait') {
      await waitForOldCluster(`a delete of ${decision.clusterIDs.join(', ')} is queued or under way`);
      lookFirst = true;
      continue;
    }
    if (decision.action === 'adopt') {
      const { clusterID, madeBy } = decision;
      if (madeBy === 'thisCreate' || 'found' in attempt || !patched('adopt-what-nobody-deletes')) {
        return { clusterID, madeBy };
      }
      // A delete of ours may be about it.
      lookFirst = true;
      continue;
    }
    if (decision.action === 'refuse') {
      // A cancel that arrived during the look counts.
      throwIfCancelled();
      throw await nameTaken(creation, decision);
    }
    if ('refusal' in attempt) throw attempt.refusal;
    lookFirst = !('found' in attempt);
  }
}

/**
 * What one request led to: the cluster, the clusters of its name that the look before it found, or the need to look
 * again. `refusal` is what the create fails with if that look is in vain; without one it sends the next request.
 */
type Attempt = Submission | { refusal?: unknown };

interface SendTask {
  creation: Creation;
  progress: Pick<Progress, 'waitFor'>;
  waitForOldCluster: WaitForOldCluster;
  known: KnownCluster;
}

/** Sends one request and records its outcome. Throws the error if looking for a cluster is pointless. */
async function send(
  task: SendTask,
  lookFirst: boolean,
  /** The cluster that was being deleted right before. */
  wasLeaving: string | undefined,
): Promise<Attempt> {
  const { creation, progress, waitForOldCluster, known } = task;
  const { request, marker, requests } = creation;
  const earlier = [...requests];
  // Recorded before it is sent: whatever happens from here on, a clean-up looks for its cluster.
  const position = requests.push({ outcome: 'inFlight' }) - 1;
  try {
    const submitted = await submitCluster({
      request: withMarker(request, marker),
      lookFirst,
      ...known.forSubmit(),
    });
    requests[position] = { outcome: 'found' in submitted ? 'notSent' : 'made' };
    return submitted;
  } catch (error) {
    const { outcome, next, pauseMs = 0, waitsFor = 'service' } = judgeSubmitError(error, earlier);
    requests[position] = outcome === 'open' ? { outcome, openedAtMs: Date.now() } : { outcome };
    if (next === 'giveUp') throw error;
    if (outcome === 'conflict' && lastOpenedAtMs(earlier) === undefined) {
      let leaving = (await lookAndNote(task)).find(isLeaving)?.clusterID;
      // It may have gone since the request. Runs of before then looked for a cluster that had taken the name.
      if (leaving === undefined && wasLeaving !== undefined && patched('old-cluster-has-gone')) leaving = wasLeaving;
      if (leaving !== undefined) {
        // It explains the conflict: nothing was made. The time limit of the create ends the wait.
        requests[position] = { outcome: 'refusedForNow' };
        await waitForOldCluster(`${leaving} is still being deleted`);
        return {};
      }
    }
    if (next === 'lookThenGiveUp') return { refusal: error };
    if (next === 'pauseThenLook') {
      const { message } = describeFailure(error, 'CreateRefused');
      progress.waitFor({ reason: waitsFor, message, retryAt: timeAfter(pauseMs) });
      await sleep(pauseMs, { summary: 'the service refused for now' });
    }
    return {};
  }
}

function isLeaving({ clusterPhase }: FoundCluster): boolean {
  return clusterPhase === 'deleting';
}

/** Whether a decision rests on what a look does not show. */
function restsOnAbsence({ action }: SettledDecision): boolean {
  return action === 'submit' || action === 'refuse';
}

async function lookUntilSettled(task: SendTask): Promise<SettledDecision> {
  const { creation } = task;
  for (const pause of isOutcomeOpen(creation.requests) ? settlePauses : []) {
    const decision = decide({ ...creation, found: await lookAndNote(task), settling: true });
    if (decision.action !== 'lookAgain') return decision;
    await sleep(pause, { summary: 'before the next look' });
  }
  const decision = decide({ ...creation, found: await lookAndNote(task), settling: false });
  settle(creation.requests);
  return decision;
}

async function lookAndNote({ creation, progress, known }: SendTask): Promise<FoundCluster[]> {
  const found = await look(creation, progress);
  known.note(found);
  return found;
}

/** As long as the requests of a create wait for keys that work; after that, the keys count as wrong. */
const lookWithinMs = 160_000;

/** Looks for the clusters of the name. While the service refuses the look for now, it waits, and says so. */
export function look(
  { request }: Creation,
  progress: Pick<Progress, 'waitFor'>,
  withinMs = lookWithinMs,
): Promise<FoundCluster[]> {
  return repeatWhileRefused(() => findClusters({ clusterName: request.cluster.clusterName }), {
    progress,
    untilMs: Date.now() + withinMs,
    // Runs of before failed here.
    mayWait: () => patched('create-look-waits'),
    summary: 'the service refuses the look for now',
  });
}

async function nameTaken({ request }: Creation, { reason, clusterIDs }: SettledDecision & { action: 'refuse' }) {
  const advice = {
    foreign: 'it was not made by cce-orchestrator, which never touches it; choose another name',
    differentSpec: 'it was made from a different spec; choose another name, or delete it first',
    earlierFailed: 'an earlier create of it failed; delete it first',
  }[reason];
  const [clusterID] = clusterIDs;
  const differingPaths =
    reason === 'differentSpec' && clusterID !== undefined ? await differences(clusterID, request) : [];
  return failure({
    type: 'NameTaken',
    message: `a cluster named "${request.cluster.clusterName}" exists: ${clusterIDs.join(', ')}`,
    advice,
    clusterIDs,
    ...(differingPaths.length > 0 && { differingPaths }),
  });
}

/** For people only, so an error here does not hide that the name is taken. */
async function differences(clusterID: string, request: CreateClusterRequest): Promise<string[]> {
  try {
    return await compareSpec({ clusterID, request });
  } catch (error) {
    if (isCancellation(error)) throw error;
    return [];
  }
}
