import { sleep } from '@temporalio/workflow';
import type { DeletionAnswer } from '../../activities/delete/delete-cluster.ts';
import type { Observation } from '../../activities/watch/observation.ts';
import type { WatchInput } from '../../activities/watch/watch-cluster.ts';
import type { DeleteClusterOptions } from '../../cce/cluster.ts';
import { phaseDuringDelete } from '../../cce/phases.ts';
import type { DeleteOrder } from '../../contract/delete-order.ts';
import { mergeLeftovers, type Leftovers } from '../../contract/leftovers.ts';
import { deleteCluster, watchActivities } from '../activity-proxies.ts';
import { describeFailure, failedStepDetail, failure, isFailureOfType } from '../operation/operation-failure.ts';
import { timeAfter, type Progress } from '../operation/progress.ts';
import { pauseAfterRefusalMs } from './judge-refusal.ts';
import { repeatWhileRefused } from './repeat-while-refused.ts';
import { whatToWaitFor } from './what-to-wait-for.ts';

export interface DeletionTask {
  clusterID: string;
  order: DeleteOrder;
  options: DeleteClusterOptions;
  /** The secrets that the cluster was created with, if known: the error of a failed step may quote them. */
  secrets?: WatchInput['secrets'];
  progress: Pick<Progress, 'observe' | 'waitFor'>;
  /**
   * When the deletion began, in milliseconds since the epoch.
   *
   * @default now
   */
  sinceMs?: number;
  /**
   * When to give up, in milliseconds since the epoch. Without it, the caller's scope ends the deletion.
   *
   * Not a scope of its own: its timer would be a command that histories of version 0.1 do not have.
   */
  untilMs?: number;
}

type BegunTask = DeletionTask & { sinceMs: number };

export interface Deletion {
  /** How often the service accepted a DELETE: more than once after a `delete_failed`. 0 if there was nothing to delete. */
  requests: number;
  /** The service knew no such cluster when it was first asked, and went on not to know it. */
  alreadyGone: boolean;
  requestID?: string;
  /** Why the order did not hold any more: the cluster was left as it is. */
  objection?: string;
  /** What the deletion left behind, by ID. Absent if nothing. */
  leftovers?: Leftovers;
}

/** The vendor's only remedy for a `delete_failed` is to repeat the call. */
const maximumFailures = 4;

/**
 * Deletes a cluster and waits until it is confirmed to be gone. While the service refuses for now, it waits and says so; a
 * deletion that fails is requested again, a limited number of times and at growing intervals.
 *
 * Throws `DeleteFailed` with the failed step when repeating does not help, and ActivityFailure when the service refuses
 * for good.
 */
export async function deleteUntilGone(given: DeletionTask): Promise<Deletion> {
  const task = { sinceMs: Date.now(), ...given };
  const { clusterID, progress, untilMs = Infinity } = task;
  let leftovers: Leftovers | undefined;
  for (let requests = 0, denials = 0, failures = 0; ;) {
    const answer = await requestDeletion(task);
    const { alreadyGone, objection, requestID } = answer;
    if (objection !== undefined) return { requests, alreadyGone: false, objection };
    if (!alreadyGone) requests++;
    // A deletion that failed may have moved some of them out of the cluster, whose list then lacks them.
    leftovers = mergeLeftovers([leftovers, answer.leftovers]);

    const observed = await watchUntilGone(task, !alreadyGone);
    // The next request says what the service refuses, and waits for it.
    if (observed === undefined) continue;
    progress.observe(observed);
    if (observed.clusterPhase === 'absent' || phaseDuringDelete(observed.clusterPhase) === 'succeeded') {
      return {
        requests,
        alreadyGone: requests === 0,
        ...(requestID !== undefined && { requestID }),
        ...(leftovers !== undefined && { leftovers }),
      };
    }
    if (alreadyGone) {
      // The service denies the cluster and shows it: without a pause, the history would grow for as long as it does so.
      const pauseMs = pauseAfterRefusalMs(++denials, {});
      const message = `the service shows ${clusterID}, and answers that it does not exist`;
      if (Date.now() + pauseMs >= untilMs) throw failure({ type: 'DeleteFailed', message });
      progress.waitFor({ reason: 'service', message, retryAt: timeAfter(pauseMs) }, clusterID);
      await sleep(pauseMs, { summary: 'the service denies a cluster that it shows' });
      continue;
    }
    if (++failures === maximumFailures) {
      throw failure({ type: 'DeleteFailed', ...failedStepDetail(clusterID, observed.clusterPhase, observed.steps) });
    }
    await sleep(`${30 * 2 ** (failures - 1)}s`, { summary: 'before the deletion is requested again' });
  }
}

/**
 * Waits until the cluster is gone or its deletion has failed. Returns `undefined` if the service did not answer for so
 * long that the watch gave up.
 */
async function watchUntilGone(
  { clusterID, progress, secrets = [], sinceMs, untilMs }: BegunTask,
  deletionAccepted: boolean,
): Promise<Observation | undefined> {
  const { watchCluster } = watchActivities(`wait until ${clusterID} is gone`, untilMs);
  try {
    return await watchCluster({ clusterID, goal: 'gone', deletionAccepted, secrets, sinceMs });
  } catch (error) {
    if (!isFailureOfType(error, 'WatchBudgetExhausted')) throw error;
    const waitsFor = whatToWaitFor(error);
    if (waitsFor === 'permanent' || Date.now() + pauseAfterWatchMs >= (untilMs ?? Infinity)) throw error;
    const { message } = describeFailure(error, 'DeleteRefused');
    progress.waitFor({ reason: waitsFor, message, retryAt: timeAfter(pauseAfterWatchMs) }, clusterID);
    await sleep(pauseAfterWatchMs, { summary: 'the service does not answer' });
    return undefined;
  }
}

const pauseAfterWatchMs = 30_000;

/** Requests the deletion until the service accepts it, or refuses it for good. */
function requestDeletion({
  clusterID,
  options,
  order,
  progress,
  sinceMs,
  untilMs,
}: BegunTask): Promise<DeletionAnswer> {
  return repeatWhileRefused(() => deleteCluster({ clusterID, options, order, sinceMs }), {
    progress,
    by: clusterID,
    ...(untilMs !== undefined && { untilMs }),
    summary: 'the service refuses the deletion for now',
  });
}

/** Until then, subnets and security groups are in use. The vendor's own tools wait this long (vendor's Terraform provider). */
export const releaseTime = '60s';

/** What a deletion leaves in place, and so on the bill. */
export function whatStaysBehind({ deleteResource, deleteCDSSnapshot, moveOut }: DeleteClusterOptions): string[] {
  return [
    ...(deleteResource ? [] : ['post-paid EIPs and CDS volumes']),
    ...(deleteCDSSnapshot ? [] : ['CDS snapshots']),
    ...(moveOut ? ['nodes'] : []),
  ];
}
