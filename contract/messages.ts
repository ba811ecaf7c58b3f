import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ClusterPhase } from '../cce/phases.ts';
import type { CancelRequest } from './cancel-request.ts';
import type { ReportedStep, StepChange } from './current-step.ts';

/** The state of a create or delete, at most one poll old. Running and closed executions answer it. */
export const currentStepQuery = defineQuery<ReportedStep>('currentStep');

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

/**
 * Does what the signal `cancel` does. For a run that takes no more signals: Temporal refuses them beyond 10,000, but goes on
 * to take updates.
 */
export const cancelUpdate = defineUpdate<void, [CancelRequest?]>('cancelByUpdate');

/** What a look at a cluster has shown; nothing if there was no look. */
export interface SeenCluster {
  clusterPhase?: ClusterPhase | 'absent';
}

/**
 * Looks whether the cluster of a create is still there, and answers with what the look shows. Only for a create whose
 * cluster runs and has a time to live: all others answer nothing.
 */
export const verifyClusterUpdate = defineUpdate<SeenCluster>('verifyCluster');

/** Restarts the time to live of a cluster from now. Changes nothing for a create without a time to live. */
export const extendLeaseSignal = defineSignal<[{ ttlSeconds: number }]>('extendLease');

/** Sent by `watchCluster` to its workflow, and by nobody else. */
export const stepChangedSignal = defineSignal<[StepChange]>('stepChanged');
