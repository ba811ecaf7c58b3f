import { setTimeout as realTime } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import type { Activities } from '../../activities/index.ts';
import { mutateTaskQueue, taskQueue, watchTaskQueue, type AccountRegion } from '../../contract/identity.ts';
import { findTemporalBinary } from '../../local/temporal-binary.ts';
import { fewPollers } from '../few-pollers.ts';
import type { InFlight } from './in-flight.ts';

/** A run of a workflow. */
export interface RunReference {
  workflowID: string;
  runID: string;
}

/** What the server knows of a run. */
export interface RunState extends RunReference {
  isOpen: boolean;
  /** The attempts that it waits for. Each one keeps time from being skipped, even after the run has closed. */
  started: number;
  /** Those of them that it wants to be cancelled. */
  unwanted: number;
  /** The number of the latest attempt of each activity that it waits for. */
  attempts: Map<string, number>;
  /** Whether a worker is about to do something for the run. */
  isBusy: boolean;
}

/** A Temporal server on which time stands still unless it is told to pass, and workers that serve one scope of it. */
export interface SkippingServer {
  client: Client;
  nowMs: () => Promise<number>;
  stateOf: (run: RunReference) => Promise<RunState>;
  /**
   * Lets time pass, and returns once it has passed or an attempt arrives at a gate. The attempts in flight must not use
   * up their heartbeat limit meanwhile.
   *
   * @param started The number of attempts that keep time from being skipped.
   * @returns `passed`, `arrived` if an attempt arrives meanwhile, or `frozen` if time stands still.
   */
  pass: (milliseconds: number, started: number) => Promise<'passed' | 'arrived' | 'frozen'>;
  /** Takes away a lock that the server holds for nothing. */
  unfreeze: () => Promise<void>;
}

/** Values of `PendingActivityState`. */
const scheduled = 1;
const toBeCancelled = 3;

interface Timestamp {
  seconds?: unknown;
  nanos?: number | null;
}

function toMs(time: Timestamp | null | undefined): number {
  return Number(time?.seconds ?? 0) * 1000 + Math.floor((time?.nanos ?? 0) / 1e6);
}

interface ServerSettings {
  scope: AccountRegion;
  workflowBundle: { code: string };
  dataConverter: DataConverter;
  inFlight: InFlight;
  /** The activities of the run that is explored at the moment. */
  activities: () => Activities;
}

export async function startSkippingServer(settings: ServerSettings): Promise<SkippingServer> {
  const { path } = await findTemporalBinary('test-server');
  const environment = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path } },
  });
  const { workflowService } = environment.connection;
  const testService = environment.connection.testService!;
  const client = new Client({ connection: environment.connection, dataConverter: settings.dataConverter });
  await startWorkers(settings, environment);
  const busyAt = new Map<string, { length: number; isBusy: boolean }>();
  let arrived = () => {};
  settings.inFlight.onArrival(() => arrived());

  /** Whether the last event says that a workflow task is due or under way. */
  async function isBusy(run: RunReference, length: number): Promise<boolean> {
    const known = busyAt.get(run.runID);
    if (known?.length === length && !known.isBusy) return false;
    const { history } = await workflowService.getWorkflowExecutionHistory({
      namespace: 'default',
      execution: { workflowId: run.workflowID, runId: run.runID },
    });
    const last = history?.events?.at(-1);
    const busy = Boolean(last?.workflowTaskScheduledEventAttributes ?? last?.workflowTaskStartedEventAttributes);
    busyAt.set(run.runID, { length: history?.events?.length ?? 0, isBusy: busy });
    return busy;
  }

  async function nowMs(): Promise<number> {
    const { time } = await testService.getCurrentTime({});
    return toMs(time);
  }

  return {
    client,
    nowMs,
    async stateOf(run) {
      const { status, historyLength, raw } = await client.workflow.getHandle(run.workflowID, run.runID).describe();
      const isOpen = status.name === 'RUNNING';
      let started = 0;
      let unwanted = 0;
      const attempts = new Map<string, number>();
      let isDue = false;
      for (const pending of raw.pendingActivities ?? []) {
        const { activityId, state, attempt, lastStartedTime, lastAttemptCompleteTime } = pending;
        attempts.set(activityId ?? '', attempt ?? 1);
        // An attempt that waits for its turn after a failure is shown as started.
        if (lastAttemptCompleteTime && toMs(lastAttemptCompleteTime) >= toMs(lastStartedTime)) continue;
        if (state === scheduled) isDue = true;
        else started++;
        if (state === toBeCancelled) unwanted++;
      }
      return {
        ...run,
        isOpen,
        started,
        unwanted,
        attempts,
        isBusy: isOpen && (isDue || (await isBusy(run, historyLength))),
      };
    },
    async pass(milliseconds, started) {
      const arrival = new Promise<'arrived'>((resolve) => (arrived = () => resolve('arrived')));
      const seconds = Math.floor(milliseconds / 1000);
      const duration = { seconds: seconds as never, nanos: Math.round((milliseconds - seconds * 1000) * 1e6) };
      // The server skips time when nobody holds a lock. It holds one for each attempt, and the explorer holds one. Each of
      // these calls takes one away, and gives it back when the time has passed.
      const sleeps = Array.from({ length: 1 + started }, () => {
        const sleep = { isOver: false, isReplaced: false, over: Promise.resolve() };
        sleep.over = testService.unlockTimeSkippingWithSleep({ duration }).then(async () => {
          sleep.isOver = true;
          if (sleep.isReplaced) await testService.unlockTimeSkipping({});
        });
        return sleep;
      });
      const passed = Promise.all(sleeps.map(({ over }) => over)).then(() => 'passed' as const);
      const result = await Promise.race([passed, arrival, realTime(1_500, 'frozen' as const)]);
      const early = sleeps.filter(({ isOver }) => !isOver);
      for (const sleep of early) sleep.isReplaced = true;
      await Promise.all(early.map(() => testService.lockTimeSkipping({})));
      return result;
    },
    async unfreeze() {
      await testService.unlockTimeSkipping({});
    },
  };
}

async function startWorkers(settings: ServerSettings, { nativeConnection }: TestWorkflowEnvironment) {
  const { inFlight, dataConverter, workflowBundle } = settings;
  const queue = taskQueue(settings.scope);
  const activity =
    <Name extends keyof Activities>(name: Name) =>
    (input: never) =>
      inFlight.run(() => (settings.activities()[name] as (input: never) => Promise<unknown>)(input));
  // Not throttled: the server's time passes faster than the SDK knows.
  const unthrottled = { maxHeartbeatThrottleInterval: 1, defaultHeartbeatThrottleInterval: 1 };
  const common = {
    ...fewPollers,
    ...unthrottled,
    // Lost attempts keep their slots.
    maxConcurrentActivityTaskExecutions: 1_000,
    connection: nativeConnection,
    dataConverter,
  };
  const workers = await Promise.all([
    Worker.create({
      ...common,
      taskQueue: queue,
      workflowBundle,
      debugMode: true,
      activities: {
        validateCluster: (input: never) => settings.activities().validateCluster(input),
        findClusters: activity('findClusters'),
        lookAtCluster: activity('lookAtCluster'),
        compareSpec: activity('compareSpec'),
      },
    }),
    Worker.create({
      ...common,
      taskQueue: mutateTaskQueue(queue),
      activities: { submitCluster: activity('submitCluster'), deleteCluster: activity('deleteCluster') },
    }),
    Worker.create({
      ...common,
      taskQueue: watchTaskQueue(queue),
      activities: { watchCluster: activity('watchCluster') },
    }),
  ]);
  for (const worker of workers) void worker.run();
}
