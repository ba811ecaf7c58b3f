import type { Client } from '@temporalio/client';
import { ActivityCancellationDetails, noopMetricMeter, type Logger } from '@temporalio/common';
import type { coresdk } from '@temporalio/proto';
import { Activity } from '@temporalio/worker/lib/activity.js';
import { status, durationMs, type Attempt, type Failure, type PendingActivity } from './model.ts';
import { infoOf, toPending } from './pending-activity.ts';
import { lives, type WorkerLife } from './virtual-time.ts';
import type { Attempts, Temporal } from './model.ts';

type Result = coresdk.activity_result.IActivityExecutionResult;

interface Worker {
  activities: Record<string, (input: never) => Promise<unknown>>;
  life: WorkerLife;
  client: Client;
}

/** Values of Temporal's enumerations. */
const timeoutTypes = { startToClose: 1, scheduleToClose: 3, heartbeat: 4 };
const retryStates = { nonRetryable: 2, timeout: 3, attemptsReached: 4, cancelRequested: 6 };
const cancellationTypes = { tryCancel: 0, waitUntilCompleted: 1 };

/** @param workerOf The worker of a number: what it has in its memory. */
export function createAttempts(temporal: Temporal, workerOf: (worker: number) => Worker): Attempts {
  const { time } = temporal;
  const attempts = new Set<Attempt>();
  const cancellations = new WeakMap<PendingActivity, number>();

  return {
    schedule(run, command) {
      const activity = toPending(run, command, time.nowMs());
      cancellations.set(activity, command.cancellationType ?? 0);
      run.activities.set(activity.seq, activity);
      if (activity.untilMs < Infinity) {
        plan(activity, activity.untilMs - time.nowMs(), () => {
          activity.started?.cancel('TIMED_OUT');
          resolve(activity, timedOut(timeoutTypes.scheduleToClose), retryStates.timeout);
        });
      }
      plan(activity, temporal.delays.attempt(activity.type), () => begin(activity));
    },
    requestCancel(run, seq) {
      const activity = run.activities.get(seq);
      if (activity === undefined) return;
      activity.isCancelRequested = true;
      const type = cancellations.get(activity);
      if (activity.started === undefined || type === cancellationTypes.tryCancel) {
        const { started } = activity;
        resolveCancelled(activity);
        // It learns of it by its next heartbeat.
        if (started !== undefined) attempts.add(started);
      } else if (type !== cancellationTypes.waitUntilCompleted) {
        resolveCancelled(activity);
      }
    },
    abandon(run) {
      for (const activity of run.activities.values()) drop(activity);
      run.activities.clear();
    },
    runLocal(run, command) {
      const activity = toPending(run, command, time.nowMs());
      time.after(0, async () => {
        const worker = workerOf(temporal.nextWorker());
        const result = await execute(activity, worker, () => {});
        if (run.status === status.running) {
          temporal.addJob(run, { resolveActivity: { seq: activity.seq, isLocal: true, result: result as never } });
        }
      });
    },
    loseWorker(worker) {
      for (const attempt of attempts) if (attempt.worker === worker) attempt.life.isLost = true;
    },
    shutDown(worker) {
      for (const attempt of attempts) if (attempt.worker === worker) attempt.cancel('WORKER_SHUTDOWN');
    },
  };

  function plan({ timers }: { timers: Set<() => void> }, delayMs: number, event: () => unknown): () => void {
    const cancel = time.after(delayMs, () => {
      timers.delete(cancel);
      return event();
    });
    timers.add(cancel);
    return () => {
      timers.delete(cancel);
      cancel();
    };
  }

  /** Temporal waits for it no longer. */
  function drop(activity: PendingActivity): void {
    activity.isWaitedFor = false;
    for (const { timers } of [activity, ...(activity.started ? [activity.started] : [])]) {
      for (const cancel of timers) cancel();
      timers.clear();
    }
    delete activity.started;
  }

  function begin(activity: PendingActivity): void {
    const number = temporal.nextWorker();
    const worker = workerOf(number);
    const attempt: Attempt = {
      activity,
      attempt: activity.attempt,
      worker: number,
      life: worker.life,
      startedAtMs: time.nowMs(),
      cancel: () => {},
      timers: new Set(),
    };
    activity.started = attempt;
    attempts.add(attempt);
    plan(attempt, activity.startToCloseMs, () => giveUp(attempt, timeoutTypes.startToClose));
    const beat = heartbeats(attempt);
    void execute(activity, worker, beat, attempt).then((result) => {
      attempts.delete(attempt);
      if (!attempt.life.isLost && activity.started === attempt) end(attempt, result);
    });
  }

  function execute(activity: PendingActivity, worker: Worker, beat: (details?: unknown) => void, attempt?: Attempt) {
    const { client, life, activities } = worker;
    const { loadedDataConverter } = client.options;
    const args = activity.input.map((payload): unknown => loadedDataConverter.payloadConverter.fromPayload(payload));
    const context = { type: 'activity', namespace: 'default', isLocal: attempt === undefined } as never;
    const running = new Activity(
      infoOf(activity) as never,
      activities[activity.type] as never,
      loadedDataConverter,
      context,
      undefined,
      beat,
      client,
      silentLogger,
      noopMetricMeter,
      [],
    );
    if (attempt !== undefined) {
      attempt.cancel = (reason) => {
        // Nothing reaches a worker that is gone.
        if (life.isLost) return;
        running.cancel(
          reason,
          new ActivityCancellationDetails({
            ...(reason === 'CANCELLED' && { cancelRequested: true }),
            ...(reason === 'NOT_FOUND' && { notFound: true }),
            ...(reason === 'TIMED_OUT' && { timedOut: true }),
            ...(reason === 'WORKER_SHUTDOWN' && { workerShutdown: true }),
          }),
        );
      };
    }
    return lives.run(life, () => running.run({ args, headers: {} }) as Promise<Result>);
  }

  /** Sends heartbeats as the SDK does: the first at once, and then one in 0.8 of the time limit, the last one given. */
  function heartbeats(attempt: Attempt): (details?: unknown) => void {
    const { activity } = attempt;
    const restMs = Math.min(60_000, activity.heartbeatMs * 0.8);
    let sentAtMs = -Infinity;
    let held: { details: unknown } | undefined;
    let limit = alive();

    function alive() {
      return plan(attempt, activity.heartbeatMs, () => giveUp(attempt, timeoutTypes.heartbeat));
    }

    function send(details: unknown): void {
      if (attempt.life.isLost) return;
      sentAtMs = time.nowMs();
      if (activity.started !== attempt) return attempt.cancel(activity.isCancelRequested ? 'CANCELLED' : 'NOT_FOUND');
      if (details !== undefined) activity.details = details;
      limit();
      limit = alive();
      if (activity.isCancelRequested) attempt.cancel('CANCELLED');
    }

    return (details) => {
      if (attempt.life.isLost) return;
      const dueInMs = sentAtMs + restMs - time.nowMs();
      if (dueInMs <= 0) return send(details);
      if (held === undefined) {
        time.after(dueInMs, () => {
          const { details: last } = held!;
          held = undefined;
          send(last);
        });
      }
      held = { details };
    };
  }

  function giveUp(attempt: Attempt, timeoutType: number): void {
    const { activity } = attempt;
    if (activity.started === attempt) failed(activity, timedOut(timeoutType));
  }

  function end({ activity }: Attempt, { completed, failed: failure }: Result): void {
    if (completed) resolve(activity, completed);
    else if (failure) failed(activity, failure.failure!);
    else if (activity.isCancelRequested) resolveCancelled(activity);
    else failed(activity, workerShutdown);
  }

  function failed(activity: PendingActivity, failure: Failure): void {
    for (const cancel of activity.started?.timers ?? []) cancel();
    delete activity.started;
    activity.lastFailure = failure;
    const { retry, attempt } = activity;
    const { type = '', nonRetryable, nextRetryDelay } = failure.applicationFailureInfo ?? {};
    if (activity.isCancelRequested) return resolve(activity, failure, retryStates.cancelRequested);
    if (nonRetryable === true || retry.nonRetryable.includes(type!))
      return resolve(activity, failure, retryStates.nonRetryable);
    if (attempt >= retry.attempts) return resolve(activity, failure, retryStates.attemptsReached);
    const askedMs = durationMs(nextRetryDelay);
    const ownMs = Math.min(retry.maximumMs, retry.initialMs * retry.coefficient ** (attempt - 1));
    const restMs = askedMs === Infinity ? ownMs : askedMs;
    if (time.nowMs() + restMs >= activity.untilMs) return resolve(activity, failure, retryStates.timeout);
    activity.attempt++;
    plan(activity, restMs + temporal.delays.attempt(activity.type), () => begin(activity));
  }

  function resolve(activity: PendingActivity, result: Failure | { result?: unknown }, retryState?: number): void {
    const outcome =
      retryState === undefined
        ? { completed: result as { result?: never } }
        : { failed: { failure: activityFailure(activity, result as Failure, retryState) } };
    settle(activity, outcome);
  }

  function resolveCancelled(activity: PendingActivity): void {
    const cause = { message: 'Activity cancelled', canceledFailureInfo: {} };
    settle(activity, { cancelled: { failure: activityFailure(activity, cause, retryStates.cancelRequested) } });
  }

  function settle(activity: PendingActivity, result: Result): void {
    const { run, seq } = activity;
    if (!activity.isWaitedFor) return;
    drop(activity);
    run.activities.delete(seq);
    run.historyLength += 2;
    temporal.addJob(run, { resolveActivity: { seq, result: result as never } });
  }
}

const workerShutdown: Failure = {
  message: 'Worker is shutting down and this activity did not complete in time',
  applicationFailureInfo: { type: 'WorkerShutdown', nonRetryable: false },
};

function timedOut(timeoutType: number): Failure {
  return { message: 'activity timeout', timeoutFailureInfo: { timeoutType } };
}

function activityFailure({ type, activityID }: PendingActivity, cause: Failure, retryState: number): Failure {
  const info = { activityType: { name: type }, activityId: activityID, retryState, identity: 'worker' };
  return { message: 'Activity task failed', activityFailureInfo: info, cause };
}

const nothing = () => {};
const silentLogger: Logger = {
  log: nothing,
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
};
