import {
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  makeContinueAsNewFunc,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { FailurePolicy } from '../../contract/batch/item.ts';
import { maximumConcurrency } from '../../contract/batch/limits.ts';
import {
  pauseSignal,
  progressQuery,
  resumeSignal,
  retryFailedSignal,
  setConcurrencyUpdate,
} from '../../contract/batch/messages.ts';
import type { BatchOutcome } from '../../contract/batch/outcome.ts';
import { packItems, unpackItems, type PackedItem } from '../../contract/batch/packed-items.ts';
import type { BatchUpload } from '../../contract/batch/upload.ts';
import { mergeCancels } from '../../contract/cancel-request.ts';
import { cancelSignal } from '../../contract/messages.ts';
import { cancelItems, holdPages, startItems, watchActivities } from '../activity-proxies.ts';
import { batchDetails } from '../operation/current-details.ts';
import { progressOf } from './progress.ts';
import {
  beginRollback,
  isOver,
  newBatchState,
  noteCancel,
  noteClaimed,
  noteEnded,
  noteRefused,
  noteStarted,
  overdue,
  retryFailed,
  takeForCancel,
  takeWaiting,
  unstarted,
  type BatchState,
} from './state.ts';

export interface ClusterBatchInput {
  upload: BatchUpload;
  concurrency: number;
  failurePolicy: FailurePolicy;
  /** The indices of the items to do, when a batch is repeated for the failed ones. By default all. */
  only?: number[];
  /** What one run hands to the next, in place of `only`. */
  state?: Omit<BatchState, 'underWay'> & { underWay: PackedItem[] };
}

/** Small enough for one payload, and to notice a pause or a cancel soon. */
const startsAtOnce = 25;
const cancelsAtOnce = 100;

/**
 * Runs many creates and deletes to their end, a limited number at a time.
 *
 * Items become ordinary workflows, and the batch follows them from outside, through activities. An item so costs the
 * history a fraction of an event, the batch can attach to an item that somebody else has started, and no end is lost
 * between two runs, as a child's report to a parent that continued as new would be.
 *
 * A batch never fails because of an item, and does not end before the running items have. A native cancellation does
 * what the signal does.
 */
export async function clusterBatch(input: ClusterBatchInput): Promise<BatchOutcome> {
  const { upload, concurrency, failurePolicy } = input;
  const state: BatchState =
    input.state === undefined
      ? newBatchState(input.only ?? upload.items, concurrency, Date.now())
      : { ...input.state, underWay: unpackItems(input.state.underWay, upload) };
  /** Counts the messages that the loop must handle before the next item ends. */
  let controls = 0;
  let isDone = false;
  const continueOnTargetVersion = makeContinueAsNewFunc<typeof clusterBatch>({
    initialVersioningBehavior: 'AUTO_UPGRADE',
  });
  // True from the start if somebody has pinned this batch to a version: continuing as new would not help.
  const isHeldBack = workflowInfo().targetWorkerDeploymentVersionChanged;

  const onControl =
    <Args extends unknown[]>(change: (...args: Args) => void) =>
    (...args: Args): void => {
      change(...args);
      controls++;
    };
  setHandler(progressQuery, () => progressOf(state, isDone));
  setHandler(
    pauseSignal,
    onControl(() => void (state.paused = true)),
  );
  setHandler(
    resumeSignal,
    onControl(() => void (state.paused = false)),
  );
  setHandler(
    retryFailedSignal,
    onControl(() => retryFailed(state)),
  );
  setHandler(
    cancelSignal,
    onControl((cancel) => noteCancel(state, mergeCancels(undefined, cancel))),
  );
  setHandler(
    setConcurrencyUpdate,
    onControl((wanted) => void (state.concurrency = wanted)),
    { validator: checkConcurrency },
  );
  CancellationScope.current().cancelRequested.catch(onControl(() => noteCancel(state, { cleanup: 'delete' })));

  return CancellationScope.nonCancellable(async () => {
    if (input.state === undefined) await holdPages({ upload, hold: true });
    for (;;) {
      const seen = controls;
      setCurrentDetails(batchDetails(progressOf(state, isDone)));
      if (isCancelDue()) await cancelUnderWay();
      await startWaiting();
      if (isOver(state)) {
        if (state.ending === 'rolledBack' && state.rollback === undefined) {
          beginRollback(state);
          continue;
        }
        await holdPages({ upload, hold: false });
        // A retry may have arrived meanwhile. Closed pages can still be read.
        if (isOver(state)) break;
        continue;
      }
      if (isNewRunDue()) {
        await condition(allHandlersFinished);
        const underWay = packItems(state.underWay, upload);
        await continueOnTargetVersion({ upload, concurrency, failurePolicy, state: { ...state, underWay } });
      }
      // A refused item may end the batch.
      if (!isCancelDue()) await news(seen);
    }
    isDone = true;
    setCurrentDetails(batchDetails(progressOf(state, isDone)));
    return outcomeOf(state);
  });

  async function startWaiting(): Promise<void> {
    // If every item is refused, this loop runs through the whole batch.
    while (!isNewRunDue()) {
      const indices = takeWaiting(state, startsAtOnce);
      if (indices.length === 0) return;
      const rollback = state.rollback !== undefined;
      const startedBy = `${upload.uploadID}/${workflowInfo().firstExecutionRunId}/${state.round}`;
      const { started, refused } = await startItems({ upload, startedBy, indices, rollback });
      for (const item of started) noteStarted(state, item, Date.now());
      for (const item of refused) noteRefused(state, item, failurePolicy);
    }
  }

  /** Also if the workers have a new version: a batch may last for days and keep the old version from shutting down. */
  function isNewRunDue(): boolean {
    const { continueAsNewSuggested, targetWorkerDeploymentVersionChanged } = workflowInfo();
    return continueAsNewSuggested || (targetWorkerDeploymentVersionChanged && !isHeldBack);
  }

  function isCancelDue(): boolean {
    return state.cancelRequest !== undefined && !state.cancelSent;
  }

  async function cancelUnderWay(): Promise<void> {
    const items = takeForCancel(state);
    const request = state.cancelRequest ?? {};
    const spareClaimed = state.ending === 'rolledBack';
    for (let first = 0; first < items.length; first += cancelsAtOnce) {
      const some = items.slice(first, first + cancelsAtOnce);
      const answer = await cancelItems({ items: some, request, ...(spareClaimed && { spareClaimed }) });
      noteClaimed(state, answer?.claimed ?? []);
    }
  }

  /** Waits until items end, or a message changes what to do. */
  async function news(seen: number): Promise<void> {
    const scope = new CancellationScope({ cancellable: true });
    const message = () => condition(() => controls !== seen);
    await scope.run(async () => {
      if (state.underWay.length === 0) return message();
      try {
        await Promise.race([awaitEnds().catch(ignoreCancellation), message().catch(ignoreCancellation)]);
      } finally {
        scope.cancel();
      }
    });
    for (const ended of overdue(state, Date.now())) noteEnded(state, ended, failurePolicy, Date.now());
  }

  async function awaitEnds(): Promise<void> {
    const begunAtMs = Date.now();
    const scope = { account: upload.account, region: upload.region };
    const items = packItems(state.underWay, scope);
    // Without running items, no wait has reported anything.
    const oldestMs = Math.min(...state.underWay.map(({ startedAtMs }) => startedAtMs));
    const sinceMs = Math.max(state.toldUntilMs, oldestMs);
    const ends = await watchActivities(`wait for ${items.length} items`).awaitItems({ scope, items, sinceMs });
    state.toldUntilMs = begunAtMs;
    for (const ended of ends) noteEnded(state, ended, failurePolicy, Date.now());
  }
}

function outcomeOf(state: BatchState): BatchOutcome {
  const { ending = 'completed', cancelRequest, failed } = state;
  const reason = ending === 'cancelled' ? cancelRequest?.reason : undefined;
  return {
    ...progressOf(state, true),
    outcome: ending,
    ...(reason !== undefined && { cancelReason: reason }),
    failedItems: failed,
    ...(ending === 'stopped' && { unstartedItems: unstarted(state) }),
  };
}

function checkConcurrency(concurrency: number): void {
  if (Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= maximumConcurrency) return;
  throw new RangeError(`the concurrency must be a whole number from 1 to ${maximumConcurrency}, not ${concurrency}`);
}

function ignoreCancellation(error: unknown): void {
  if (!isCancellation(error)) throw error;
}
