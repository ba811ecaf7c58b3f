import type { Problem } from '../cce/validate.ts';
import type { Step } from './current-step.ts';

/** Why a create or delete failed. */
export interface OperationFailure {
  type:
    | 'InvalidSpec'
    | 'SecretUnavailable'
    | 'NameTaken'
    | 'CreateRefused'
    | 'CreateFailed'
    | 'NodesFailed'
    | 'NodesNotReady'
    | 'DeletedByOthers'
    | 'DeleteRefused'
    | 'DeleteFailed'
    | 'DeletionProtected'
    | 'AmbiguousName'
    | 'DeadlineExceeded'
    | 'WatchBudgetExhausted'
    | (string & {});
  message: string;
  /** What the user can do. */
  advice?: string;
  /** The vendor's code for the refused call or the failed step. */
  code?: string;
  httpStatus?: number;
  /** The requestID of the refused call, for the vendor's support. */
  requestID?: string;
  /** The traceID of the failed step, for the vendor's support. */
  traceID?: string;
  /** The step that failed. */
  step?: Step;
  /** Every problem of the spec. */
  problems?: Problem[];
  /** The clusters that are in the way. */
  clusterIDs?: string[];
  /** The paths where the cluster that is in the way differs from the spec, as far as the service tells. */
  differingPaths?: string[];
}
