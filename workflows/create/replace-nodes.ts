import { TemporalFailure } from '@temporalio/common';
import { isCancellation, sleep } from '@temporalio/workflow';
import type { AddedNodes } from '../../activities/nodes/add-nodes.ts';
import type { InstanceSet } from '../../cce/instance-spec.ts';
import { addNodes, deleteFailedNodes } from '../activity-proxies.ts';
import { throwIfCancelled } from '../operation/cancellation.ts';
import {
  callFailureOf,
  describeFailure,
  isFailureOfType,
  isOperationNotAllowed,
} from '../operation/operation-failure.ts';
import { timeAfter, type Progress } from '../operation/progress.ts';
import { settlePauses } from '../operation/settle-pauses.ts';
import { isAfterReset } from './after-reset.ts';

/** What a create knows of its nodes while it replaces failed ones. */
export interface NodeRecord {
  wanted: number;
  /** The IDs of its nodes, without those that it has replaced. */
  known: string[];
  /** The IDs of the failed nodes that it has deleted, or that somebody else has. */
  replaced: string[];
  /** The IDs of nodes of somebody else. */
  foreign: string[];
  /** How many nodes are known to have been made, or promised, in the place of those. */
  added: number;
  /** Nobody knows what a request has done. */
  isOpen: boolean;
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
 * After an unclear outcome it looks for as long as a list may lag, and then sends one more request at most. A cluster that is busy
 * is waited for. Ends without a finding at the time limit, and when nobody knows what both requests have done: a watch tells.
 *
 * Throws the failure of a request that the service refuses for good. The record has what was done until then.
 */
export async function replaceNodes(record: NodeRecord, failedIDs: readonly string[], task: Task): Promise<void> {
  const before = record.replaced.length;
  await deleteNodes(record, failedIDs, task);
  if (record.replaced.length > before) await addOthers(record, task);
}

/** A node that a list lacks counts as deleted only if looks for longer than any list lags lack it, too. */
async function deleteNodes(record: NodeRecord, failedIDs: readonly string[], task: Task): Promise<void> {
  const { clusterID, markerKey, untilMs } = task;
  let instanceIDs = [...failedIDs];
  let looks = 0;
  for (let failures = 0; Date.now() < untilMs;) {
    throwIfCancelled();
    try {
      const { deleted, absent } = await deleteFailedNodes({ clusterID, markerKey, instanceIDs });
      failures = 0;
      const pause = settlePauses[looks++];
      const replaced = pause === undefined ? [...deleted, ...absent] : deleted;
      record.replaced.push(...replaced);
      record.known = record.known.filter((id) => !replaced.includes(id));
      if (pause === undefined || absent.length === 0) break;
      instanceIDs = absent;
      await sleep(pause, { summary: 'before the next look' });
    } catch (error) {
      if (judge(error) === 'open') record.isOpen = true;
      if (isClusterGone(error, failures)) return;
      await pauseFor(describeFailure(error, 'CreateRefused').message, failures++, task);
    }
  }
  record.isOpen = false;
}

async function addOthers(record: NodeRecord, task: Task): Promise<void> {
  // The run before a reset may have asked for others, which lists may show late.
  record.isOpen = isAfterReset();
  if (record.isOpen && (await settle(record, task))) return;
  let openRequests = 0;
  for (let tries = 0; Date.now() < task.untilMs; tries++) {
    throwIfCancelled();
    // Apart from the request, so that its loss does not lose whose nodes were there before.
    const seen = await look(record, task);
    if (seen === undefined) return;
    let { waitsFor = [] } = seen;
    let message: string | undefined;
    if (waitsFor.length === 0) {
      noteOthers(record, seen);
      try {
        const answer = await add(record, task, false);
        if (answer.waitsFor === undefined) return noteAdded(record, answer);
        ({ waitsFor } = answer);
      } catch (error) {
        if (judge(error) === 'open') {
          record.isOpen = true;
          openRequests++;
          if ((await settle(record, task)) || openRequests > 1) return;
          continue;
        }
        ({ message } = describeFailure(error, 'CreateRefused'));
      }
    }
    message ??= `${waitsFor.join(', ')} ${waitsFor.length === 1 ? 'is' : 'are'} still being deleted`;
    await pauseFor(message, tries, task);
    if (seen.failedAgain !== undefined) await deleteAgain(seen.failedAgain, task);
  }
}

/** The request before may not have deleted all of them, although the service accepted it. */
async function deleteAgain(instanceIDs: string[], { clusterID, markerKey }: Task): Promise<void> {
  try {
    await deleteFailedNodes({ clusterID, markerKey, instanceIDs });
  } catch (error) {
    judge(error);
  }
}

/** Until the create has asked for nodes, those that it does not know are of somebody else. */
function noteOthers(record: NodeRecord, { others }: AddedNodes): void {
  if (!record.isOpen) record.foreign = union(record.foreign, others);
}

/** Nodes whose IDs the service has not told count as being made, until a list shows them. */
function noteAdded(record: NodeRecord, answer: AddedNodes): void {
  noteOthers(record, answer);
  record.known = union(record.known, [...answer.standing, ...(answer.added ?? [])]);
  record.added = record.replaced.length;
  record.isOpen = false;
}

/** Looks for what a request has made whose outcome is open. @returns whether all nodes have shown */
async function settle(record: NodeRecord, task: Task): Promise<boolean> {
  for (const pause of [...settlePauses, undefined]) {
    const seen = await look(record, task);
    if (seen === undefined) return false;
    if (union(record.known, seen.standing).length >= record.wanted) {
      noteAdded(record, seen);
      return true;
    }
    if (pause !== undefined) await sleep(pause, { summary: 'before the next look' });
  }
  return false;
}

/** A look that fails proves nothing, and is repeated. @returns nothing if the time limit comes first, or if the cluster is gone */
async function look(record: NodeRecord, task: Task): Promise<AddedNodes | undefined> {
  for (let failures = 0; Date.now() < task.untilMs; failures++) {
    throwIfCancelled();
    try {
      return await add(record, task, true);
    } catch (error) {
      judge(error);
      if (isClusterGone(error, failures)) return undefined;
      await pauseFor(describeFailure(error, 'CreateRefused').message, failures, task);
    }
  }
  return undefined;
}

function add(record: NodeRecord, { clusterID, set }: Task, onlyLooks: boolean): Promise<AddedNodes> {
  const { added, isOpen, ...claim } = record;
  const most = claim.replaced.length - added;
  return addNodes({ ...claim, clusterID, set, most, onlyLooks, ...(isOpen && { takesIn: true }) });
}

/** Whether the outcome of a request is open, or it may be sent again later. Throws its error if that is pointless. */
function judge(error: unknown): 'open' | 'wait' {
  if (isCancellation(error) || !(error instanceof TemporalFailure)) throw error;
  if (isFailureOfType(error, 'SecretUnavailable') || isFailureOfType(error, 'NotOurs')) throw error;
  const call = callFailureOf(error);
  // A timeout or a lost worker tells nothing about the call.
  if (call === undefined || call.mayHaveTakenEffect) return 'open';
  // A failed look proves nothing. The others pass: keys are renewed, and a cluster is not busy for ever.
  const { method, retryable, kind, code } = call;
  const isBusy = kind === 'conflict' || isOperationNotAllowed(code);
  if (method === 'GET' || retryable || kind === 'authentication' || isBusy) return 'wait';
  throw error;
}

/** Whether looks for longer than reads lag did not find the cluster. The watch finds out what became of it. */
function isClusterGone(error: unknown, failures: number): boolean {
  return callFailureOf(error)?.kind === 'notFound' && failures >= 5;
}

async function pauseFor(message: string, tries: number, { progress, untilMs }: Task): Promise<void> {
  const pauseMs = Math.min(5_000 * 2 ** Math.min(tries, 4), Math.max(1_000, untilMs - Date.now()));
  progress.waitFor({ reason: 'service', message, retryAt: timeAfter(pauseMs) });
  await sleep(pauseMs, { summary: 'before failed nodes are replaced' });
  progress.waitFor(undefined);
}

function union(left: readonly string[], right: readonly string[]): string[] {
  return [...new Set([...left, ...right])];
}
