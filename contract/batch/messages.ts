import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import { maximumConcurrency, type BatchItem } from './item.ts';
import type { RefusedItem } from './reports.ts';

/** The answer of {@link progressQuery}. */
export interface BatchProgress {
  /** `stopping`: enough items failed, and those under way go on. */
  stage: 'running' | 'paused' | 'stopping' | 'cancelling' | 'rollingBack' | 'done';
  total: number;
  /** Not started yet. Of a batch that is over: never started. */
  waiting: number;
  underWay: number;
  succeeded: number;
  failed: number;
  cancelled: number;
  /** Items that were under way already when it was their turn. They count among the others too. */
  attached: number;
  /** Of a batch that rolls back: what it made and is to delete again. These are among the succeeded ones too. */
  rollback?: { total: number; deleted: number; failed: number };
  concurrency: number;
  /** RFC 3339 */
  startedAt: string;
  /** Items that end in a minute, by the last hundred; absent before there are two. */
  itemsPerMinute?: number;
  /** At this pace. */
  estimatedSecondsLeft?: number;
  /** Under way for the longest time, at most ten. */
  slowest: { index: number; workflowID: string; runID: string; startedAt: string }[];
  /** The last that failed, or left a cluster behind, at most twenty. */
  failures: RefusedItem[];
}

/** Where a batch stands. Answered by running and by closed executions. */
export const progressQuery = defineQuery<BatchProgress>('progress');

/** Starts no more items. Those under way go on. */
export const pauseSignal = defineSignal('pause');

export const resumeSignal = defineSignal('resume');

/** Starts the failed items again, while the batch runs. */
export const retryFailedSignal = defineSignal('retryFailed');

/**
 * How many items may be under way at once. Takes effect with the next start: what is under way goes on. Refuses what is
 * no whole number from 1 to {@link maximumConcurrency}.
 */
export const setConcurrencyUpdate = defineUpdate<void, [number]>('setConcurrency');

export function checkConcurrency(concurrency: number): void {
  if (Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= maximumConcurrency) return;
  throw new RangeError(`the concurrency is a whole number from 1 to ${maximumConcurrency}, and not ${concurrency}`);
}

/** The items of one page. Answered by running and by closed executions. */
export const batchItemsQuery = defineQuery<BatchItem[]>('items');

/** From a batch to its pages: `true` when it begins, `false` when it is over. */
export const holdPageSignal = defineSignal<[boolean]>('hold');
