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
    | 'DeletedByOthers'
    | 'DeleteRefused'
    | 'DeleteFailed'
    | 'AmbiguousName'
    | 'DeadlineExceeded'
    | 'WatchBudgetExhausted'
    | (string & {});
  message: string;
  /** What the user can do. */
  advice?: string;
  /** The vendor's code, of the refused call or of the failed step. */
  code?: string;
  httpStatus?: number;
  /** What the vendor's support asks for. */
  requestID?: string;
  /** What the vendor's support asks for, of the failed step. */
  traceID?: string;
  /** The step that failed. */
  step?: Step;
  /** What is wrong with the spec, all of it. */
  problems?: Problem[];
  /** The clusters that are in the way. */
  clusterIDs?: string[];
  /** Where the cluster that is in the way differs from the spec, as far as the service tells. */
  differingPaths?: string[];
}
