import { defineUpdate } from '@temporalio/workflow';
import type { DeleteClusterOptions } from '../cce/cluster.ts';
import type { FailurePolicy } from './batch/item.ts';
import type { BatchUpload } from './batch/upload.ts';
import type { AccountRegion } from './identity.ts';
import type { ReconcileInput } from './reconcile.ts';

/** Somebody who asks for a change, or decides about it. */
export interface Principal {
  /** For people. */
  name: string;
  /** Different for each principal: the name with its source, such as the issuer of its tokens. */
  identity: string;
}

/** A deletion that waits for the approval of a second principal. It is carried out exactly as it is here. */
export type ApprovableChange =
  | {
      kind: 'delete';
      /** The ID fixes the cluster: its name may belong to another one by the time of the approval. */
      clusterID: string;
      clusterName?: string;
      options: DeleteClusterOptions & { waitForRelease?: boolean; foreign?: boolean };
    }
  | {
      kind: 'batch';
      /** Its pages hold the items. */
      upload: BatchUpload;
      itemsDigest: string;
      /** When it was asked for, RFC 3339: clusters whose creates began later stay. */
      since: string;
      concurrency: number;
      failurePolicy: FailurePolicy;
      creates: number;
      deletes: number;
      /** What any of its items deletes with its cluster. */
      deleteOptions: DeleteClusterOptions;
    }
  | {
      kind: 'reconcile';
      /** The last part of the workflow ID, see `client/reconcile.ts`. */
      name: string;
      delete: NonNullable<ReconcileInput['delete']>;
      /** It deletes those of them that are still orphans. */
      orphans: { clusterID: string; clusterName: string }[];
    };

/** The maximum number of orphans in one request: its memo lists them. */
export const mostOrphans = 100;

/** The input of the workflow `changeApproval`. */
export interface ChangeApprovalInput extends AccountRegion {
  change: ApprovableChange;
  requestedBy: Principal;
  /** When the request lapses, RFC 3339. */
  expiresAt: string;
}

/** The memo of `changeApproval`, for lists and look-ups without a worker. */
export interface ApprovalMemo extends Record<string, unknown> {
  change: ApprovableChange;
  requestedBy: Principal;
  expiresAt: string;
  /** Set once somebody has approved: the change is being started, or has been. */
  approvedBy?: string;
}

export interface Decision {
  verdict: 'approved' | 'rejected';
  by: Principal;
  /** For people. */
  reason?: string;
}

/**
 * Approves or rejects the change, and answers with the decision that counts. A repeated decision changes nothing.
 *
 * Refused with an ApplicationFailure of one of the types in {@link decisionRefusals}.
 */
export const decideUpdate = defineUpdate<Decision, [Decision]>('decide');

/**
 * - `SamePrincipal`: whoever asked for the change cannot decide about it.
 * - `AlreadyDecided`: somebody has decided otherwise.
 * - `ApprovalOver`: the time limit has passed.
 * - `InvalidDecision`: the decision is malformed.
 */
export const decisionRefusals = ['SamePrincipal', 'AlreadyDecided', 'ApprovalOver', 'InvalidDecision'] as const;

/** What an approved change has started. */
export interface StartedChange {
  kind: 'create' | 'delete' | 'batch' | 'reconcile';
  workflowID: string;
  runID: string;
}

/** The result of the workflow `changeApproval`. */
export type ApprovalOutcome =
  | { outcome: 'expired' }
  | { outcome: 'rejected'; by: string; reason?: string }
  /** `operation` is the create whose cancel deletes the cluster, if the cluster had a time to live. */
  | { outcome: 'started'; by: string; operation: StartedChange }
  /** Approved, and refused when it was to start. */
  | { outcome: 'failed'; by: string; failure: { type: string; message: string } };

/** The longest time that a change waits for its approval: as long as a batch keeps its items. */
export const longestApprovalSeconds = 30 * 86_400;
