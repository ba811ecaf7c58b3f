import type { CreateClusterOutcome } from './create.ts';
import type { DeleteClusterOutcome } from './delete.ts';

/** How a create or delete ended. */
export type OperationOutcome = CreateClusterOutcome | DeleteClusterOutcome;
