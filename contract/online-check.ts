import type { CreateClusterRequest } from '../cce/create-cluster.ts';
import type { Problem } from '../cce/validate.ts';
import type { BatchUpload } from './batch/upload.ts';

/** What the service says before a create about what it asks for. */
export interface OnlineCheck {
  /** Why the create cannot work. */
  errors: Problem[];
  /** What may keep it from working, and what could not be checked. */
  warnings: Problem[];
}

/** The input of the workflow `checkRequest`, which asks the service about one request and changes nothing. */
export interface CheckRequestInput {
  /** Without its secrets, which no check needs. */
  request: CreateClusterRequest;
  /** Say also what a create would do: make a cluster, adopt one or be refused. */
  decide?: true;
  /** As for a create. */
  allowDuplicateName?: boolean;
}

/** The result of the workflow `checkRequest`. */
export interface CheckedRequest extends OnlineCheck {
  /** What a create would do now. Present if it was asked for. */
  decision?: CreateForecast;
}

export interface CreateForecast {
  /**
   * - `create`: it makes a cluster.
   * - `adopt`: a cluster of the same spec exists.
   * - `wait`: it waits until a deletion of the name has ended.
   * - `refuse`: the name is taken by a cluster of another spec, of others, or that failed.
   */
  action: 'create' | 'adopt' | 'wait' | 'refuse';
  /** The clusters that it is about. */
  clusterIDs: string[];
}

/** The check of the creates of a batch before any of them starts. */
export interface BatchCheckInput {
  upload: BatchUpload;
  /** The indices of the items to do. Absent: all. */
  only?: number[];
  /** If the quota has not room for all creates, take the first ones. */
  takeWhatFits?: true;
}

export interface BatchCheck extends OnlineCheck {
  /** The items that are left out, since the quota has no room for them. */
  leftOut?: { indices: number[]; lastNames: string[]; message: string };
}

/** A warning about what the service, or a worker, did not tell. */
export function notChecked(message: string, advice = 'This was not checked.'): Problem {
  return { path: '', rule: 'not-checked', message, advice };
}
