import type { BatchProgress } from '../../contract/batch/progress.ts';
import { waiting, type BatchState } from './state.ts';

export function progressOf(state: BatchState, isDone: boolean): BatchProgress {
  const { rollback, failures } = state;
  const stage = stageOf(state, isDone);
  return {
    stage,
    ...(state.cancelRequest?.cleanup === 'keep' && { keepsClusters: true }),
    total: state.total,
    waiting: waiting(state),
    underWay: state.underWay.length,
    succeeded: state.succeeded,
    failed: state.failed.length,
    cancelled: state.cancelled,
    attached: state.attached,
    ...(rollback !== undefined && {
      rollback: {
        total: rollback.total,
        deleted: rollback.deleted,
        failed: rollback.failed.length,
        kept: rollback.kept ?? 0,
      },
    }),
    ...(state.waitsFor !== undefined && ['running', 'rollingBack'].includes(stage) && { waitsFor: state.waitsFor }),
    concurrency: state.concurrency,
    startedAt: new Date(state.startedAtMs).toISOString(),
    ...pace(state),
    slowest: state.underWay
      .toSorted((one, other) => one.startedAtMs - other.startedAtMs)
      .slice(0, 10)
      .map(({ index, workflowID, runID, startedAtMs }) => ({
        index,
        workflowID,
        runID,
        startedAt: new Date(startedAtMs).toISOString(),
      })),
    failures,
  };
}

function stageOf({ ending, paused, rollback }: BatchState, isDone: boolean): BatchProgress['stage'] {
  if (isDone) return 'done';
  if (rollback !== undefined || ending === 'rolledBack') return 'rollingBack';
  if (ending === 'cancelled') return 'cancelling';
  if (ending === 'stopped' || ending === 'refused') return 'stopping';
  return paused ? 'paused' : 'running';
}

function pace(state: BatchState): Pick<BatchProgress, 'itemsPerMinute' | 'estimatedSecondsLeft'> {
  const { recentEndsMs } = state;
  const minutes = ((recentEndsMs.at(-1) ?? 0) - (recentEndsMs[0] ?? 0)) / 60_000;
  if (minutes <= 0) return {};
  const itemsPerMinute = (recentEndsMs.length - 1) / minutes;
  const left = (state.rollback?.again.length ?? waiting(state)) + state.underWay.length;
  return {
    itemsPerMinute: Math.round(itemsPerMinute * 10) / 10,
    ...(!state.paused &&
      state.waitsFor === undefined && { estimatedSecondsLeft: Math.round((left / itemsPerMinute) * 60) }),
  };
}
