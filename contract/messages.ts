import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { CancelRequest } from './cancel-request.ts';
import type { CurrentStep, StepChange } from './current-step.ts';

/** Where a create or delete stands; at most one poll old. Answered by running and by closed executions. */
export const currentStepQuery = defineQuery<CurrentStep>('currentStep');

/** The request that a create works on, with secrets redacted. */
export const requestQuery = defineQuery<unknown>('request');

/**
 * Stops a create and cleans up. For a delete: stops waiting, since an accepted deletion cannot be taken back. A second
 * one changes nothing.
 */
export const cancelSignal = defineSignal<[CancelRequest?]>('cancel');

/** Sets the time to live of a cluster anew, counted from now. Without a time to live it changes nothing. */
export const extendLeaseSignal = defineSignal<[{ ttlSeconds: number }]>('extendLease');

/** From `watchCluster` to its workflow; not for others. */
export const stepChangedSignal = defineSignal<[StepChange]>('stepChanged');
