import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { CancelRequest } from './cancel-request.ts';
import type { CurrentStep, StepChange } from './current-step.ts';

/** The state of a create or delete, at most one poll old. Running and closed executions answer it. */
export const currentStepQuery = defineQuery<CurrentStep>('currentStep');

/** The request of a create, with secrets redacted. */
export const requestQuery = defineQuery<unknown>('request');

/**
 * Cancels a create, which then cleans up, or a delete, which then stops waiting: an accepted deletion cannot be undone.
 * A second cancel changes nothing.
 */
export const cancelSignal = defineSignal<[CancelRequest?]>('cancel');

/**
 * Says that somebody besides its starter asked for the cluster of a create, and relies on it: a rollback then spares it.
 */
export const claimSignal = defineSignal('claim');

/** Restarts the time to live of a cluster from now. Changes nothing for a create without a time to live. */
export const extendLeaseSignal = defineSignal<[{ ttlSeconds: number }]>('extendLease');

/** Sent by `watchCluster` to its workflow, and by nobody else. */
export const stepChangedSignal = defineSignal<[StepChange]>('stepChanged');
