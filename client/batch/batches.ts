import { setTimeout as pause } from 'node:timers/promises';
import {
  isGrpcServiceError,
  ServiceError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowHandle,
} from '@temporalio/client';
import { pauseSignal, resumeSignal, retryFailedSignal, setConcurrencyUpdate } from '../../contract/batch/messages.ts';
import type { BatchProgress } from '../../contract/batch/progress.ts';
import type { CancelRequest } from '../../contract/cancel-request.ts';
import { batchWorkflowID, type Placement } from '../../contract/identity.ts';
import type { Asker } from '../../contract/operation-memo.ts';
import { cancelSignal } from '../../contract/messages.ts';
import { grpcStatus } from '../../temporal/grpc-status.ts';
import { checkOptions, concurrencyOption } from '../check-options.ts';
import { BatchConflictError } from '../errors/batch-conflict-error.ts';
import { BatchNotFoundError } from '../errors/batch-not-found-error.ts';
import { describeBatch, isEnding, queryProgress } from './describe.ts';
import { batchDeletes, clustersOfBatch, type ItemCluster } from './items.ts';
import { listBatches, type ListedBatch } from './list.ts';
import { batchResults, type ItemResult } from './results.ts';
import { repeatFailed, startBatch, type BatchToStart, type StartedBatch } from './start.ts';
import { statusOfBatch, type BatchStatus } from './status.ts';
import { watchBatch } from './watch.ts';

/** Runs many creates and deletes as one batch. All calls except `start` and `list` throw {@link BatchNotFoundError}. */
export interface Batches {
  /**
   * Starts a batch, or attaches to a running one of the same name and items. Items come from `planBatch` or from the
   * caller; the worker validates each spec again when it starts the item.
   *
   * @throws BatchConflictError, InvalidOptionsError
   */
  start: (batch: BatchToStart) => Promise<StartedBatch>;
  /** Reads the status of a batch. */
  status: (name: string) => Promise<BatchStatus>;
  /** Yields each change of a batch's status until it has ended. `signal` ends the watch with an `AbortError`. */
  watch: (name: string, signal?: AbortSignal) => AsyncGenerator<BatchStatus, void>;
  /** Stops starting items. Items under way go on. */
  pause: (name: string) => Promise<void>;
  /** Starts items again after a pause. */
  resume: (name: string) => Promise<void>;
  /**
   * Stops starting items and cancels those under way, which then clean up. Items that the batch attached to go on.
   *
   * @throws BatchConflictError if it should keep clusters, and the batch is being cancelled or rolled back without that
   */
  cancel: (name: string, request?: CancelRequest) => Promise<void>;
  /**
   * Sets how many items may be under way at once, from 1 to 1000.
   *
   * @throws InvalidOptionsError
   */
  setConcurrency: (name: string, concurrency: number) => Promise<void>;
  /**
   * Starts the failed and the cancelled items again: within the batch while it runs, or else in a new batch of the same
   * name. After a rollback that left clusters, repeats the rollback of those instead.
   *
   * @throws BatchConflictError if the batch is being cancelled or rolled back
   */
  retryFailed: (name: string) => Promise<void>;
  /**
   * Yields the result or the current state of each item, in the order of the items.
   *
   * @param from The index of the first item. @default 0
   */
  results: (name: string, from?: number) => AsyncGenerator<ItemResult, void>;
  /** Reads which clusters the items are about, in the order of the items. */
  clusters: (name: string) => Promise<ItemCluster[]>;
  /** Finds out whether a batch deletes clusters on its way: it has items that delete, or rolls back. */
  deletes: (name: string) => Promise<boolean>;
  /** Lists the latest run of each batch that Temporal still knows, in no order. */
  list: () => Promise<ListedBatch[]>;
}

/** The number of attempts to send an update. */
const maximumAttempts = 50;
const attemptIntervalMs = 100;

export function createBatches(client: Client, scope: Placement, asker: Asker = {}): Batches {
  const handleOf = (name: string) => client.workflow.getHandle(batchWorkflowID(scope, name));

  /** Sends a message that only a running batch can receive. */
  async function tell(name: string, message: () => Promise<unknown>): Promise<void> {
    try {
      await message();
    } catch (error) {
      if (error instanceof WorkflowNotFoundError)
        throw new BatchNotFoundError(name, 'running batch', 'it may have ended');
      throw error;
    }
  }

  /** Refuses what a batch that is being cancelled or rolled back would drop. */
  async function refuseIfEnding(
    name: string,
    advice: string,
    isDropped: (progress: BatchProgress) => boolean = () => true,
  ): Promise<void> {
    const progress = await queryProgress(client, scope, name);
    if (progress !== undefined && isEnding(progress) && isDropped(progress))
      throw new BatchConflictError(name, 'ending', advice);
  }

  return {
    start: (batch) => startBatch(client, scope, batch, asker),
    status: (name) => statusOfBatch(client, scope, name),
    watch: (name, signal) => watchBatch(client, scope, name, signal),
    pause: (name) => tell(name, () => handleOf(name).signal(pauseSignal)),
    resume: (name) => tell(name, () => handleOf(name).signal(resumeSignal)),
    async cancel(name, request = {}) {
      // The first cancel counts, and a rollback deletes what the batch has made.
      if (request.cleanup === 'keep') {
        await refuseIfEnding(name, 'its clusters can no longer be kept', ({ keepsClusters }) => keepsClusters !== true);
      }
      await tell(name, () => handleOf(name).signal(cancelSignal, request));
    },
    async setConcurrency(name, concurrency) {
      checkOptions({ concurrency: concurrencyOption }, { concurrency });
      await tell(name, () => update(handleOf(name), concurrency));
    },
    async retryFailed(name) {
      const batch = await describeBatch(client, scope, name);
      if (batch === undefined) throw new BatchNotFoundError(name);
      if (batch.execution !== 'running') return void (await repeatFailed(client, scope, name, asker));
      await refuseIfEnding(name, 'retry when it has ended');
      await tell(name, () => handleOf(name).signal(retryFailedSignal));
    },
    results: (name, from) => batchResults(client, scope, name, from),
    clusters: (name) => clustersOfBatch(client, scope, name),
    deletes: (name) => batchDeletes(client, scope, name),
    list: () => listBatches(client, scope),
  };
}

/** Repeats an update that Temporal dropped because a run ended. A signal needs no repetition: the next run gets it. */
async function update(batch: WorkflowHandle, concurrency: number): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await batch.executeUpdate(setConcurrencyUpdate, { args: [concurrency] });
    } catch (error) {
      if (attempt === maximumAttempts || !wasDropped(error)) throw error;
    }
    await pause(attemptIntervalMs);
  }
}

function wasDropped(error: unknown): boolean {
  return (
    error instanceof ServiceError &&
    isGrpcServiceError(error.cause) &&
    error.cause.code === grpcStatus.failedPrecondition
  );
}
