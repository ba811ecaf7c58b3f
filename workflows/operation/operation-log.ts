import { log } from '@temporalio/workflow';
import type { CreateClusterOutcome } from '../../contract/create.ts';
import { currentStepOf } from '../../contract/current-step.ts';
import type { DeleteClusterOutcome } from '../../contract/delete.ts';

/** Tells the log of the worker how a create or delete ended, in one entry. The SDK leaves it out in a replay. */
export function logEnd(
  clusterName: string | undefined,
  { outcome, clusterID, requestID, steps, failure }: CreateClusterOutcome | DeleteClusterOutcome,
): void {
  const entry = {
    clusterName,
    clusterID,
    outcome,
    step: (failure?.step ?? currentStepOf(steps))?.name,
    requestID: failure?.requestID ?? requestID,
    ...(failure !== undefined && {
      failureType: failure.type,
      reason: failure.message,
      code: failure.code,
      traceID: failure.traceID,
    }),
  };
  if (outcome === 'failed') log.warn('the operation has failed', entry);
  else log.info('the operation has ended', entry);
}
