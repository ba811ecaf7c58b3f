import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import type { CurrentStep, Stage } from '../../contract/current-step.ts';
import { aboutKeys } from '../encryption/payload-decryption-error.ts';
import { describeRun } from './describe-run.ts';
import { failureOfQuery } from './failure-of-query.ts';
import { isUnreadable } from './is-unreadable.ts';

/** Why an operation does not move, as far as Temporal knows. Its own `waitsFor` says more, where it is present. */
export interface BlockedBy {
  /**
   * - `noWorker`: no worker polls its task queue, or that of a call.
   * - `taskFails`: the workers cannot run the workflow, and try again and again. The message says so if the encryption keys
   *   of this process and of the workers differ.
   * - `noAnswer`: a worker polls, but has not answered.
   * - `paused`: an operator has paused the workflow.
   * - `callFails`: a call to the service fails, and is repeated.
   * - `callLasts`: a call to the service has not been answered for a while.
   */
  reason: 'noWorker' | 'taskFails' | 'noAnswer' | 'paused' | 'callFails' | 'callLasts';
  /** Says so in a sentence, and what to do about it. Stays the same for as long as nothing changes. */
  message: string;
}

/**
 * Finds out why a workflow does not move. `undefined` if Temporal shows no reason.
 *
 * @param isAnswered Whether a worker has just answered a query of the workflow; `undefined` if nobody asked.
 */
export async function findBlock(
  client: Client,
  { workflowID, runID }: { workflowID: string; runID: string },
  isAnswered?: boolean,
): Promise<BlockedBy | undefined> {
  const run = await describeRun(client, workflowID, runID);
  return run && blockOf(client, run, isAnswered);
}

/** Does what {@link findBlock} does, for a run that has just been described. */
export async function blockOf(
  client: Client,
  run: WorkflowExecutionDescription,
  isAnswered?: boolean,
): Promise<BlockedBy | undefined> {
  if (run.status.name === 'PAUSED') return { reason: 'paused', message: pausedMessage(run.workflowId) };
  if (run.status.name !== 'RUNNING') return undefined;
  const { taskQueue, raw } = run;
  const isSilent = isAnswered === undefined ? isWaitingForWorker(raw, Date.now()) : !isAnswered;
  if (!isSilent) return blockingCall(client, raw.pendingActivities ?? []);
  if (!(await hasPollers(client, taskQueue, workflowTasks)))
    return { reason: 'noWorker', message: noWorkerMessage(taskQueue) };
  // A workflow that waits has no task that could fail, but a worker without its keys fails to answer.
  const failure =
    (await failureOfTask(client, run)) ?? (isAnswered === false ? await failureOfQuery(client, run) : undefined);
  if (failure !== undefined) return { reason: 'taskFails', message: taskText(await tell(client, failure)) };
  return { reason: 'noAnswer', message: `a worker polls the task queue ${taskQueue}, but does not answer` };
}

/** Whether an operation says itself what it waits for, or is watched: what its description shows is then normal. */
export function isClear({ stage, waitsFor, pollTrouble }: CurrentStep): boolean {
  return waitsFor !== undefined || pollTrouble !== undefined || telling.has(stage);
}

const telling: ReadonlySet<Stage> = new Set<Stage>(['provisioning', 'joiningNodes', 'running', 'done']);

/** Whether a description alone gives reason to doubt that workers run a workflow, so that it is worth a question. */
export function mayBeHeldUp(
  { status, raw }: Pick<WorkflowExecutionDescription, 'status' | 'raw'>,
  nowMs: number,
): boolean {
  if (status.name === 'PAUSED' || isWaitingForWorker(raw, nowMs)) return true;
  const isUntaken = ({ state, scheduledTime }: Pending[number]) =>
    state === scheduled && !!scheduledTime && nowMs - toMilliseconds(scheduledTime) > slowMs;
  return (raw.pendingActivities ?? []).some(isUntaken);
}

/** `PENDING_ACTIVITY_STATE_SCHEDULED` of Temporal's API. */
const scheduled = 1;

function taskText({ text, teller }: Told): string {
  if (!aboutKeys(text)) return `no worker can run it, and it is tried again: ${text}`;
  const why = teller === 'worker' ? 'read it; a worker says' : 'run it, and this process cannot read why';
  return `the encryption keys differ: no worker can ${why}: ${text} (\`ccectl keys list\` shows the keys of a process)`;
}

/** Whether no worker has taken the task of a workflow for a while. */
function isWaitingForWorker({ pendingWorkflowTask }: WorkflowExecutionDescription['raw'], nowMs: number): boolean {
  const { scheduledTime, startedTime } = pendingWorkflowTask ?? {};
  return !!scheduledTime && !startedTime && nowMs - toMilliseconds(scheduledTime) > slowMs;
}

function pausedMessage(workflowID: string): string {
  return `an operator has paused the workflow: \`temporal workflow unpause --workflow-id ${workflowID}\` lets it go on`;
}

/** Says that no worker polls a task queue, and what to check. */
function noWorkerMessage(taskQueue: string): string {
  return `no worker polls the task queue ${taskQueue}: start one, or check the account, the region and the pool`;
}

/** Whether a worker polls a task queue. Temporal remembers a poller for five minutes. */
async function hasPollers(client: Client, taskQueue: string, taskQueueType: number): Promise<boolean> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType,
  });
  return pollers.length > 0;
}

/** `TASK_QUEUE_TYPE_WORKFLOW` of Temporal's API. */
const workflowTasks = 1;
/** `TASK_QUEUE_TYPE_ACTIVITY`. */
const activityTasks = 2;

/** Why the task of a workflow fails again and again. The server records the first of these failures only. */
async function failureOfTask(
  client: Client,
  { workflowId, runId, raw }: WorkflowExecutionDescription,
): Promise<Failure | undefined> {
  if ((raw.pendingWorkflowTask?.attempt ?? 1) <= 1) return undefined;
  const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: eventsRead,
  });
  const last = history?.events?.find(
    ({ workflowTaskFailedEventAttributes: failed, workflowTaskCompletedEventAttributes: completed }) =>
      failed ?? completed,
  );
  return last?.workflowTaskFailedEventAttributes?.failure ?? undefined;
}

/** Signals may follow the failure. */
const eventsRead = 100;

async function blockingCall(client: Client, pending: Pending): Promise<BlockedBy | undefined> {
  const calls = pending.map((one): PendingCall => {
    const { activityType, attempt, lastStartedTime, scheduledTime, lastFailure, activityOptions } = one;
    return {
      name: activityType?.name ?? 'call',
      attempt: attempt ?? 1,
      startedAtMs: lastStartedTime ? toMilliseconds(lastStartedTime) : undefined,
      ...(scheduledTime && { scheduledAtMs: toMilliseconds(scheduledTime) }),
      ...(activityOptions?.taskQueue?.name && { taskQueue: activityOptions.taskQueue.name }),
      failure: lastFailure,
    };
  });
  const failing = calls.find((call) => !lasting.has(call.name) && call.attempt > 1 && call.failure);
  if (failing !== undefined) {
    const { text } = await tell(client, failing.failure);
    return { reason: 'callFails', message: `${failing.name} fails, and is repeated: ${text}` };
  }
  return slowCall(calls, Date.now()) ?? (await untakenCall(client, calls, Date.now()));
}

function toMilliseconds({ seconds }: { seconds?: unknown }): number {
  return Number(seconds ?? 0) * 1000;
}

/** Finds a call that nobody takes, since the workers that run the workflow are others than those with the keys of the account. */
async function untakenCall(
  client: Client,
  calls: readonly PendingCall[],
  nowMs: number,
): Promise<BlockedBy | undefined> {
  const { taskQueue } =
    calls.find(
      ({ startedAtMs, scheduledAtMs = nowMs }) => startedAtMs === undefined && nowMs - scheduledAtMs > slowMs,
    ) ?? {};
  if (taskQueue === undefined || (await hasPollers(client, taskQueue, activityTasks))) return undefined;
  return {
    reason: 'noWorker',
    message: `no worker polls the task queue ${taskQueue}: none has keys of the account that the service accepts`,
  };
}

type Pending = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>;

/** A call that an operation waits for. */
export interface PendingCall {
  name: string;
  attempt: number;
  /** When the attempt began, in milliseconds since the epoch; absent while it waits for a worker. */
  startedAtMs: number | undefined;
  /** When it was put on its task queue, in milliseconds since the epoch. */
  scheduledAtMs?: number;
  taskQueue?: string;
  failure?: Failure | null | undefined;
}

/** Activities that last for as long as a cluster takes. They report their own trouble. */
const lasting: ReadonlySet<string> = new Set(['watchCluster', 'watchNodes', 'awaitItems']);

/** An answer usually takes less than a second. */
const slowMs = 5_000;

/** Finds the call that has not been answered for a while. */
export function slowCall(calls: readonly PendingCall[], nowMs: number): BlockedBy | undefined {
  const slow = calls.find(
    ({ name, startedAtMs }) => !lasting.has(name) && startedAtMs !== undefined && nowMs - startedAtMs > slowMs,
  );
  if (slow === undefined) return undefined;
  const since = new Date(slow.startedAtMs ?? nowMs).toISOString();
  return { reason: 'callLasts', message: `${slow.name} has had no answer since ${since}` };
}

type Failure = NonNullable<Pending[number]['lastFailure']>;

/** What a failure says. If this process cannot decrypt it, the reason for that. */
interface Told {
  text: string;
  teller: 'worker' | 'thisProcess';
}

async function tell(client: Client, failure: Failure | null | undefined): Promise<Told> {
  try {
    return { text: await messageOf(client, failure), teller: 'worker' };
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return { text: error.message, teller: 'thisProcess' };
  }
}

/** The message of a failure, decrypted where it is encrypted. */
async function messageOf(client: Client, failure: Failure | null | undefined): Promise<string> {
  if (!failure) return 'no reason is known';
  const { payloadCodecs, payloadConverter } = client.options.loadedDataConverter;
  if (!failure.encodedAttributes) return failure.message ?? 'no reason is known';
  let payloads = [failure.encodedAttributes];
  for (const codec of payloadCodecs.toReversed()) payloads = await codec.decode(payloads);
  const [payload] = payloads;
  const { message } = payload === undefined ? {} : payloadConverter.fromPayload<{ message?: string }>(payload);
  return message ?? 'no reason is known';
}
