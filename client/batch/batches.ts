import { setTimeout as pause } from 'node:timers/promises';
import {
  isGrpcServiceError,
  ServiceError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowHandle,
} from '@temporalio/client';
import {
  pauseSignal,
  progressQuery,
  resumeSignal,
  retryFailedSignal,
  setConcurrencyUpdate,
} from '../../contract/batch/messages.ts';
import type { BatchProgress } from '../../contract/batch/progress.ts';
import type { BatchOutcome } from '../../contract/batch/outcome.ts';
import type { CancelRequest } from '../../contract/cancel-request.ts';
import type { CurrentStep } from '../../contract/current-step.ts';
import { batchWorkflowID, type AccountRegion } from '../../contract/identity.ts';
import { cancelSignal } from '../../contract/messages.ts';
import { queryCurrentStep, queryIfAnswered } from '../../temporal/executions/query-if-answered.ts';
import { grpcStatus } from '../../temporal/grpc-status.ts';
import { checkOptions, concurrencyOption } from '../check-options.ts';
import { BatchNotFoundError } from '../errors/batch-not-found-error.ts';
import { batchResults, type ItemResult } from './results.ts';
import { describeBatch, repeatFailed, startBatch, type BatchToStart, type StartedBatch } from './start.ts';

/** A batch, and where it stands. */
export interface BatchStatus {
  name: string;
  workflowID: string;
  execution: 'running' | 'completed' | 'failed' | 'canceled' | 'terminated' | 'timed_out' | (string & {});
  /** RFC 3339. Of its latest run, where no worker answers. */
  startedAt: string;
  closedAt?: string;
  /** Absent where no worker answers at the moment. */
  progress?: BatchProgress;
  /** Where the slowest items under way stand. */
  current: { workflowID: string; startedAt: string; currentStep?: CurrentStep }[];
  /** Once it is over. Absent for one that was terminated. */
  outcome?: BatchOutcome;
}

/** Many creates and deletes as one thing. All but `start` throw {@link BatchNotFoundError}. */
export interface Batches {
  /**
   * Starts a batch, or attaches to one of the same name and items that is under way. Items come from `planBatch`, or are
   * made by hand: their specs are validated again, item by item, when it is their turn.
   *
   * @throws BatchConflictError, InvalidOptionsError
   */
  start: (batch: BatchToStart) => Promise<StartedBatch>;
  status: (name: string) => Promise<BatchStatus>;
  /** Each change of its status until it is over. */
  watch: (name: string, signal?: AbortSignal) => AsyncGenerator<BatchStatus, void>;
  /** Starts no more items; those under way go on. */
  pause: (name: string) => Promise<void>;
  resume: (name: string) => Promise<void>;
  /** Cancels the items under way, which then clean up, and starts no more. Items that it attached to go on. */
  cancel: (name: string, request?: CancelRequest) => Promise<void>;
  /**
   * Sets how many items may be under way at once, from 1 to 1000.
   *
   * @throws InvalidOptionsError
   */
  setConcurrency: (name: string, concurrency: number) => Promise<void>;
  /** Starts the failed items again: in the batch while it runs, else in a new one of the same name. */
  retryFailed: (name: string) => Promise<void>;
  /** How each item ended, or where it stands, in the order of the items. */
  results: (name: string) => AsyncGenerator<ItemResult, void>;
}

const watchIntervalMs = 1_000;
/** Of an update. */
const triesAtMost = 50;
const tryIntervalMs = 100;

export function createBatches(client: Client, scope: AccountRegion): Batches {
  const handleOf = (name: string) => client.workflow.getHandle(batchWorkflowID(scope, name));

  async function status(name: string): Promise<BatchStatus> {
    const described = await describeBatch(client, scope, name);
    if (described === undefined) throw new BatchNotFoundError(name);
    const { memo: _memo, ...batch } = described;
    if (batch.execution === 'completed') {
      const outcome = (await handleOf(name).result()) as BatchOutcome;
      return { name, ...batch, startedAt: outcome.startedAt, progress: outcome, current: [], outcome };
    }
    const progress = await queryIfAnswered(client, handleOf(name), progressQuery);
    const current = await currentSteps(progress);
    return { name, ...batch, ...(progress !== undefined && { startedAt: progress.startedAt, progress }), current };
  }

  function currentSteps(progress: BatchProgress | undefined): Promise<BatchStatus['current']> {
    return Promise.all(
      (progress?.slowest ?? []).map(async ({ workflowID, runID, startedAt }) => {
        const currentStep = await queryCurrentStep(client, client.workflow.getHandle(workflowID, runID));
        return { workflowID, startedAt, ...(currentStep !== undefined && { currentStep }) };
      }),
    );
  }

  /** What only a batch that is under way can be told. */
  async function tell(name: string, message: () => Promise<unknown>): Promise<void> {
    try {
      await message();
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) throw new BatchNotFoundError(name, 'a batch that is under way');
      throw error;
    }
  }

  return {
    start: (batch) => startBatch(client, scope, batch),
    status,
    async *watch(name, signal) {
      for (let last = ''; ;) {
        const now = await status(name);
        const seen = JSON.stringify(now);
        if (seen !== last) yield now;
        if (now.execution !== 'running') return;
        last = seen;
        await pause(watchIntervalMs, undefined, signal === undefined ? {} : { signal });
      }
    },
    pause: (name) => tell(name, () => handleOf(name).signal(pauseSignal)),
    resume: (name) => tell(name, () => handleOf(name).signal(resumeSignal)),
    cancel: (name, request = {}) => tell(name, () => handleOf(name).signal(cancelSignal, request)),
    async setConcurrency(name, concurrency) {
      checkOptions({ concurrency: concurrencyOption }, { concurrency });
      await tell(name, () => update(handleOf(name), concurrency));
    },
    async retryFailed(name) {
      const batch = await describeBatch(client, scope, name);
      if (batch === undefined) throw new BatchNotFoundError(name);
      if (batch.execution === 'running') await tell(name, () => handleOf(name).signal(retryFailedSignal));
      else await repeatFailed(client, scope, name);
    },
    results: (name) => batchResults(client, scope, name),
  };
}

/** Temporal drops an update that meets the end of a run. A signal waits for the next run by itself. */
async function update(batch: WorkflowHandle, concurrency: number): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await batch.executeUpdate(setConcurrencyUpdate, { args: [concurrency] });
    } catch (error) {
      if (tries === triesAtMost || !wasDropped(error)) throw error;
    }
    await pause(tryIntervalMs);
  }
}

function wasDropped(error: unknown): boolean {
  return (
    error instanceof ServiceError &&
    isGrpcServiceError(error.cause) &&
    error.cause.code === grpcStatus.failedPrecondition
  );
}
