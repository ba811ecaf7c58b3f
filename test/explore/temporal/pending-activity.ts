import { durationMs, type PendingActivity, type Run, type ScheduleCommand } from './model.ts';

/** An activity that a workflow has scheduled. */
export function toPending(run: Run, command: ScheduleCommand, nowMs: number): PendingActivity {
  const { retryPolicy } = command;
  const initialMs = finite(durationMs(retryPolicy?.initialInterval), 1_000);
  return {
    run,
    seq: command.seq!,
    activityID: command.activityId!,
    type: command.activityType!,
    input: command.arguments ?? [],
    scheduledAtMs: nowMs,
    attempt: 1,
    startToCloseMs: durationMs(command.startToCloseTimeout),
    heartbeatMs: durationMs(command.heartbeatTimeout),
    untilMs: nowMs + durationMs(command.scheduleToCloseTimeout),
    retry: {
      initialMs,
      coefficient: retryPolicy?.backoffCoefficient || 2,
      maximumMs: finite(durationMs(retryPolicy?.maximumInterval), initialMs * 100),
      attempts: retryPolicy?.maximumAttempts || Infinity,
      nonRetryable: retryPolicy?.nonRetryableErrorTypes ?? [],
    },
    isCancelRequested: false,
    timers: new Set(),
    isWaitedFor: true,
  };
}

const finite = (value: number, otherwise: number) => (value === Infinity ? otherwise : value);

/** What the code of an activity is told about itself. */
export function infoOf(activity: PendingActivity): object {
  const { run, activityID, type, attempt, scheduledAtMs, details, heartbeatMs, startToCloseMs } = activity;
  const token = `${run.runID}/${activityID}/${attempt}`;
  return {
    attempt,
    taskQueue: run.taskQueue,
    isLocal: false,
    taskToken: Buffer.from(token),
    base64TaskToken: token,
    activityId: activityID,
    activityType: type,
    workflowType: run.type,
    heartbeatTimeoutMs: finite(heartbeatMs, undefined as never),
    heartbeatDetails: details,
    activityNamespace: 'default',
    workflowNamespace: 'default',
    namespace: 'default',
    inWorkflow: true,
    workflowExecution: { workflowId: run.workflowID, runId: run.runID },
    scheduledTimestampMs: scheduledAtMs,
    currentAttemptScheduledTimestampMs: scheduledAtMs,
    startToCloseTimeoutMs: startToCloseMs,
    scheduleToCloseTimeoutMs: startToCloseMs,
  };
}
