import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { BatchItem } from './item.ts';
import type { BatchProgress } from './progress.ts';
import type { SharedReason } from './reasons.ts';

/** The state and the counts of a batch. Running and closed executions answer it. */
export const progressQuery = defineQuery<BatchProgress>('progress');

/** Why items were refused, or spared by a rollback. Running and closed executions answer it. */
export const reasonsQuery = defineQuery<SharedReason[]>('reasons');

/** Starts no more items. Running items go on. */
export const pauseSignal = defineSignal('pause');

export const resumeSignal = defineSignal('resume');

/** Starts the failed and the cancelled items again. Only a running batch can do that. */
export const retryFailedSignal = defineSignal('retryFailed');

/**
 * Sets the maximum number of items that run at the same time. Takes effect with the next start: running items go on.
 * Refuses anything but a whole number from 1 to `maximumConcurrency`.
 */
export const setConcurrencyUpdate = defineUpdate<void, [number]>('setConcurrency');

/** The items of one page. Running and closed executions answer it. */
export const batchItemsQuery = defineQuery<BatchItem[]>('items');

/** Sent by a batch to its pages: `true` when the batch begins, `false` when it is over. */
export const holdPageSignal = defineSignal<[boolean]>('hold');
