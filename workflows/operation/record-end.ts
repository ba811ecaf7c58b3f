import { log, metricMeter } from '@temporalio/workflow';
import type { CreateClusterOutcome } from '../../contract/create.ts';
import { currentStepOf } from '../../contract/current-step.ts';
import type { DeleteClusterOutcome } from '../../contract/delete.ts';

interface Operation {
  kind: 'create' | 'delete';
  clusterName: string | undefined;
  startedAtMs: number;
}

/**
 * Records how an operation ended, in the metrics and in one log entry. The SDK skips both in a replay, and neither
 * costs history.
 */
export function recordEnd({ kind, clusterName, startedAtMs }: Operation, ended: Outcome): void {
  const seconds = metricMeter.createHistogram(durationMetrics[kind], 'float', 's', 'from the request to its outcome');
  // No names: a label for each cluster would make a time series for each.
  seconds.record((Date.now() - startedAtMs) / 1000, { outcome: ended.outcome });
  logEnd(clusterName, ended);
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
