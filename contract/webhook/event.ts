import type { Cleanup } from '../create.ts';
import type { Stage } from '../current-step.ts';
import type { AccountRegion } from '../identity.ts';
import type { OperationFailure } from '../operation-failure.ts';
import type { WebhookEventType } from './settings.ts';

/** One event as receivers get it, in the shape that Standard Webhooks recommends. */
export interface WebhookEvent {
  /** Stays the same whoever finds the event, and whenever. By it, a receiver recognises events that it already has. */
  id: string;
  type: WebhookEventType;
  /** When the event happened or, if that is unknown, when it was found, RFC 3339. */
  timestamp: string;
  data: WebhookEventData;
}

export interface WebhookEventData extends AccountRegion {
  /** The kind of the operation or, for `approvalWanted`, of the deletion that waits. */
  kind: 'create' | 'delete' | 'batch' | 'teardown' | 'reconcile';
  /** The path of the operation in the HTTP API. Absent for a teardown. */
  operation?: string;
  workflowID: string;
  clusterName?: string;
  clusterID?: string;
  /** The name of the batch. */
  batch?: string;
  /** Who asked for it. */
  requestedBy?: string;
  /** The stage that the operation has entered. */
  stage?: Stage;
  /** A summary of the outcome; the operation itself has the whole one. */
  outcome?: EndSummary;
  /** When the time to live of the cluster ends, or the request for approval lapses, RFC 3339. */
  expiresAt?: string;
  /** Why a teardown was refused. */
  failure?: FailureSummary;
}

/** An outcome without its long parts. */
export interface EndSummary {
  /** The outcome or, without one, the status with which Temporal has closed the workflow. */
  outcome: string;
  failure?: FailureSummary;
  cleanup?: Pick<Cleanup, 'status' | 'clusterIDs'>;
  /** The counts of a batch. */
  total?: number;
  succeeded?: number;
  failed?: number;
  cancelled?: number;
}

export type FailureSummary = Pick<OperationFailure, 'type' | 'message' | 'advice' | 'code' | 'requestID'>;
