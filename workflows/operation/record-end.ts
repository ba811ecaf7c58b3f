import { log, upsertMemo, workflowInfo } from '@temporalio/workflow';
import type { CreateClusterOutcome } from '../../contract/create.ts';
import { currentStepOf } from '../../contract/current-step.ts';
import type { DeleteClusterOutcome } from '../../contract/delete.ts';
import type { OperationEnd, OperationMemo } from '../../contract/operation-memo.ts';
import { scopeMeter } from './scope-meter.ts';

interface Operation {
  kind: 'create' | 'delete';
  clusterName: string | undefined;
  startedAtMs: number;
}

/**
 * Records how an operation ended, in the metrics and in one log entry. The SDK skips both in a replay, and neither
 * costs history. An end that the close status of the run does not tell goes into the memo too, which costs one event.
 */
export function recordEnd({ kind, clusterName, startedAtMs }: Operation, ended: Outcome): void {
  const seconds = scopeMeter().createHistogram(durationMetrics[kind], 'float', 's', 'from the request to its outcome');
  // No names: a label for each cluster would make a time series for each.
  seconds.record((Date.now() - startedAtMs) / 1000, { outcome: ended.outcome });
  logEnd(clusterName, ended);
  tellInLists(ended.outcome);
}

/** Without this, a list would have to read the result of each run: its close status is `completed` in all these cases. */
function tellInLists(outcome: Outcome['outcome']): void {
  const { tellsEnd }: OperationMemo = workflowInfo().memo ?? {};
  if (tellsEnd === true && isUntold(outcome)) upsertMemo({ ended: outcome } satisfies OperationMemo);
}

function isUntold(outcome: Outcome['outcome']): outcome is OperationEnd {
  return outcome !== 'running' && outcome !== 'deleted' && outcome !== 'failed';
}

/** Written out, so that a search for the name of a metric finds this place. */
const durationMetrics = { create: 'cce_create_seconds', delete: 'cce_delete_seconds' } as const;

type Outcome = CreateClusterOutcome | DeleteClusterOutcome;

function logEnd(clusterName: string | undefined, { outcome, clusterID, requestID, steps, failure }: Outcome): void {
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
