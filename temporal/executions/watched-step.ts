import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import {
  currentStepOf,
  type CurrentStep,
  type ReportedStep,
  type ReportSequence,
} from '../../contract/current-step.ts';
import type { OperationMemo } from '../../contract/operation-memo.ts';
import { isOlderReport, readWatched } from '../../contract/watched-cluster.ts';
import { readWatchedNodes } from '../../contract/watched-nodes.ts';
import { workflowTypes } from '../../contract/workflow-types.ts';
import { decodePayloads } from './decode-payloads.ts';
import { withoutReport } from './query-if-answered.ts';

/** How far an operation has got, as the heartbeats of its watch tell. */
export interface WatchedStep {
  currentStep: CurrentStep;
  /** Not older than this report of the watch to its workflow. */
  sequence: ReportSequence;
}

/**
 * Reads from the description of a create or delete how far it has got. `undefined` if that does not tell: only while a create
 * or delete does nothing but watch its cluster or its nodes, the watch tells all, and not before its first heartbeat.
 */
export async function watchedStepOf(
  client: Client,
  run: Pick<WorkflowExecutionDescription, 'type' | 'workflowId' | 'memo' | 'raw'>,
): Promise<WatchedStep | undefined> {
  const [pending, ...others] = run.raw.pendingActivities ?? [];
  if (pending === undefined || others.length > 0) return undefined;
  if (pending.state !== scheduled && pending.state !== started) return undefined;
  const details = await decode(client, run.workflowId, pending.heartbeatDetails?.payloads?.[0]);
  const { claimed } = (run.memo ?? {}) as OperationMemo;
  if (pending.activityType?.name === 'watchNodes') return stepOfNodes(details, claimed);
  const watched = pending.activityType?.name === 'watchCluster' ? readWatched(details) : undefined;
  if (watched === undefined) return undefined;
  const { clusterID, goal, phase, steps, sequence, changedAt, pollTrouble } = watched;
  // A create also watches that clusters go, in several stages.
  const isCreate = run.type === workflowTypes.createCluster;
  if (goal !== (isCreate ? 'running' : 'gone')) return undefined;
  const step = currentStepOf(steps);
  return {
    currentStep: {
      clusterID,
      stage: isCreate ? 'provisioning' : 'deleting',
      phase,
      ...(step !== undefined && { step }),
      steps,
      stageSince: new Date(sequence[0]).toISOString(),
      updatedAt: changedAt,
      ...(pollTrouble !== undefined && { pollTrouble }),
      ...(claimed === true && { isClaimed: true }),
    },
    sequence,
  };
}

function stepOfNodes(details: unknown, claimed: boolean | undefined): WatchedStep | undefined {
  const watched = readWatchedNodes(details);
  if (watched === undefined) return undefined;
  const { clusterID, nodes, steps, sinceMs, sequence, changedAt, pollTrouble } = watched;
  const step = currentStepOf(steps);
  return {
    currentStep: {
      clusterID,
      stage: 'joiningNodes',
      phase: 'running',
      ...(step !== undefined && { step }),
      steps,
      nodes,
      stageSince: new Date(sinceMs).toISOString(),
      updatedAt: changedAt,
      ...(pollTrouble !== undefined && { pollTrouble }),
      ...(claimed === true && { isClaimed: true }),
    },
    sequence,
  };
}

/** Takes the fresher of what a workflow answers and what the heartbeats of its watch told at about the same time. */
export function fresherStep(
  answer: ReportedStep | undefined,
  watched: WatchedStep | undefined,
): CurrentStep | undefined {
  if (answer === undefined) return watched && withoutTrouble(watched.currentStep);
  const current = withoutReport(answer);
  if (watched === undefined || isOlderReport(watched.sequence, answer.reported)) return current;
  // The workflow has gone on since.
  if (!isSameWatch(current, watched.currentStep)) return current;
  return { ...withoutTrouble(current), ...withoutStart(watched.currentStep) };
}

/** What is known of an operation after its description has told this. */
export function withWatched(known: CurrentStep | undefined, { currentStep }: WatchedStep): CurrentStep {
  if (known === undefined || !isSameWatch(known, currentStep)) return currentStep;
  const { waitsFor: _, ...rest } = withoutTrouble(known);
  return { ...rest, ...withoutStart(currentStep) };
}

export function isSameWatch(known: CurrentStep, watched: CurrentStep): boolean {
  return known.stage === watched.stage && known.clusterID === watched.clusterID;
}

/** The workflow knows better when the stage began. */
function withoutStart(watched: CurrentStep): CurrentStep {
  const { stageSince: _, ...currentStep } = watched;
  return currentStep;
}

/** While nobody answers, polls do not fail: there are none. */
function withoutTrouble(known: CurrentStep): CurrentStep {
  const { pollTrouble: _, ...currentStep } = known;
  return currentStep;
}

/** `PendingActivityState` of Temporal's API. In the other states, somebody cancels the watch, or an operator has paused it. */
const scheduled = 1;
const started = 2;

async function decode(client: Client, workflowId: string, payload: Payload | undefined): Promise<unknown> {
  if (payload === undefined) return undefined;
  try {
    const [details] = await decodePayloads(client, workflowId, [payload]);
    return details;
  } catch {
    // Whoever asks the workflow instead is told which key is missing. Anything else was not written by us.
    return undefined;
  }
}
