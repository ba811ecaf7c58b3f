import { TemporalFailure } from '@temporalio/common';
import { isCancellation, sleep } from '@temporalio/workflow';
import type { AddedNodes } from '../../activities/nodes/add-nodes.ts';
import type { InstanceSet } from '../../cce/instance-spec.ts';
import { addNodes, deleteFailedNodes } from '../activity-proxies.ts';
import { throwIfCancelled } from '../operation/cancellation.ts';
import { callFailureOf, describeFailure, isFailureOfType } from '../operation/operation-failure.ts';
import { timeAfter, type Progress } from '../operation/progress.ts';
import { settlePauses } from '../operation/settle-pauses.ts';
import { isAfterReset } from './after-reset.ts';

/** What a create knows of its nodes while it replaces failed ones. */
export interface NodeRecord {
  wanted: number;
  /** The IDs of its nodes, without those that it has replaced. */
  known: string[];
  /** The IDs of the failed nodes that it has deleted. */
  replaced: string[];
  /** The IDs of nodes of somebody else. */
  foreign: string[];
  /** How many nodes the service was asked for in the place of those, as far as it answered. */
  added: number;
}

interface Task {
  clusterID: string;
  markerKey: string;
  set: InstanceSet;
  /** When to give up, in milliseconds since the epoch. */
  untilMs: number;
  progress: Pick<Progress, 'waitFor'>;
}

/**
 * Deletes failed nodes and, once they are gone, adds as many of the same configuration. Looks before each request that adds some.
 * After an unclear outcome it looks for as long as a list may lag, before it sends another one. Ends without a finding at the time
 * limit.
 *
 * Throws the failure of a request that the service refuses for good.
 */
export async function replaceNodes(record: NodeRecord, failedIDs: readonly string[], task: Task): Promise<void> {
  const { clusterID, markerKey } = task;
  const { recovered } = await deleteFailedNodes({ clusterID, markerKey, instanceIDs: [...failedIDs] });
  const replaced = failedIDs.filter((id) => !recovered.includes(id));
  record.replaced.push(...replaced);
  record.known = record.known.filter((id) => !replaced.includes(id));
  if (replaced.length === 0) return;
  // The run before a reset may have asked for others, which lists may show late.
  let isOpen = isAfterReset();
  for (let tries = 0; Date.now() < task.untilMs; tries++) {
    throwIfCancelled();
    if (isOpen && (await settle(record, task))) return;
    isOpen = false;
    try {
      const { waitsFor = [], standing, requested = 0, added = [] } = await add(record, task, false);
      if (waitsFor.length > 0) {
        await pauseFor(
          `${waitsFor.join(', ')} ${waitsFor.length === 1 ? 'is' : 'are'} still being deleted`,
          tries,
          task,
        );
        continue;
      }
      record.known = [...new Set([...standing, ...added])];
      // If the service has not said what it made, looks must show it.
      if (added.length < requested) {
        isOpen = true;
        continue;
      }
      record.added += requested;
      return;
    } catch (error) {
      isOpen = judge(error);
      if (!isOpen) await pauseFor(describeFailure(error, 'CreateRefused').message, tries, task);
    }
  }
}

/** Looks for what a request has made whose outcome is open. @returns whether all nodes have shown */
async function settle(record: NodeRecord, task: Task): Promise<boolean> {
  for (const pause of [...settlePauses, undefined]) {
    const standing = await look(record, task);
    if (standing === undefined) return false;
    if (standing.length >= record.wanted) {
      record.known = standing;
      record.added = record.replaced.length;
      return true;
    }
    if (pause !== undefined) await sleep(pause, { summary: 'before the next look' });
  }
  return false;
}

/** A look that fails proves nothing, and is repeated. @returns nothing if the time limit comes first */
async function look(record: NodeRecord, task: Task): Promise<string[] | undefined> {
  for (let tries = 0; Date.now() < task.untilMs; tries++) {
    try {
      return (await add(record, task, true)).standing;
    } catch (error) {
      judge(error);
      await pauseFor(describeFailure(error, 'CreateRefused').message, tries, task);
    }
  }
  return undefined;
}

function add(record: NodeRecord, { clusterID, set }: Task, onlyLooks: boolean): Promise<AddedNodes> {
  const { added, ...claim } = record;
  return addNodes({ ...claim, clusterID, set, most: claim.replaced.length - added, onlyLooks });
}

/** Whether the outcome of a request is open. Throws its error if it is pointless to repeat it. */
function judge(error: unknown): boolean {
  if (isCancellation(error) || !(error instanceof TemporalFailure)) throw error;
  if (isFailureOfType(error, 'SecretUnavailable')) throw error;
  const call = callFailureOf(error);
  // A timeout or a lost worker tells nothing about the call.
  if (call?.mayHaveTakenEffect ?? true) return true;
  if (call?.retryable === true || call?.kind === 'authentication') return false;
  throw error;
}

async function pauseFor(message: string, tries: number, { progress, untilMs }: Task): Promise<void> {
  const pauseMs = Math.min(5_000 * 2 ** Math.min(tries, 4), Math.max(1_000, untilMs - Date.now()));
  progress.waitFor({ reason: 'service', message, retryAt: timeAfter(pauseMs) });
  await sleep(pauseMs, { summary: 'before failed nodes are replaced' });
  progress.waitFor(undefined);
}
