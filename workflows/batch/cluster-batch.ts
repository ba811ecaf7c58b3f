import {
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  makeContinueAsNewFunc,
  patched,
  setCurrentDetails,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { FailurePolicy } from '../../contract/batch/item.ts';
import { maximumConcurrency } from '../../contract/batch/limits.ts';
import {
  pauseSignal,
  progressQuery,
  reasonsQuery,
  resumeSignal,
  retryFailedSignal,
  setConcurrencyUpdate,
} from '../../contract/batch/messages.ts';
import type { BatchOutcome } from '../../contract/batch/outcome.ts';
import { packItems, unpackItems, type PackedItem } from '../../contract/batch/packed-items.ts';
import type { RepeatedRollback } from '../../contract/batch/repeated-rollback.ts';
import type { BatchUpload } from '../../contract/batch/upload.ts';
import { mergeCancels } from '../../contract/cancel-request.ts';
import { cancelSignal } from '../../contract/messages.ts';
import { cancelItems, holdPages, startItems, watchActivities } from '../activity-proxies.ts';
import { batchDetails } from '../operation/current-details.ts';
import { checkFirst } from './check-first.ts';
import { progressOf } from './progress.ts';
import { noteAccepted, noteHeldBack } from './held-back.ts';
import {
  beginRollback,
  isOver,
  newBatchState,
  noteCancel,
  hasMoreToStart,
  noteClaimed,
  noteEnded,
  noteRefused,
  noteStarted,
  overdue,
  stateOfRepeatedRollback,
  takeForCancel,
  takeWaiting,
  unstarted,
  type BatchState,
} from './state.ts';
import { retryFailed } from './try-again.ts';

export interface ClusterBatchInput {
  upload: BatchUpload;
  concurrency: number;
  failurePolicy: FailurePolicy;
  /** The indices of the items to do, when a batch is repeated for the failed ones. By default all. */
  only?: number[];
  /**
   * When a person asked for the items, in milliseconds since the epoch, if the batch repeats those of an earlier one.
   *
   * @default now
   */
  askedAtMs?: number;
  /** Ask the service before the first item starts whether the batch can work. Only new clients set it. */
  check?: { takeWhatFits?: true };
  /** Present if the batch only repeats the rollback of the one before. */
  repeatedRollback?: RepeatedRollback;
  /** What one run hands to the next, in place of `only`. */
  state?: Omit<BatchState, 'underWay'> & { underWay: PackedItem[] };
}

function firstState({ upload, only, askedAtMs, repeatedRollback, concurrency }: ClusterBatchInput): BatchState {
  const nowMs = Date.now();
  const state =
    repeatedRollback === undefined
      ? newBatchState(only ?? upload.items, concurrency, nowMs)
      : stateOfRepeatedRollback(repeatedRollback, concurrency, nowMs);
  return { ...state, askedAtMs: askedAtMs ?? nowMs };
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
      ? firstState(input)
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
  setHandler(reasonsQuery, () => state.reasons ?? []);
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
    // A worker of before ignores the check of a newer client.
    if (input.state === undefined && input.check !== undefined && patched('checks-first'))
      await checkFirst(state, { upload, ...input.check, ...(input.only !== undefined && { only: input.only }) });
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
    let startedSinceLook = 0;
    // If every item is refused, this loop runs through the whole batch.
    while (!isNewRunDue() && state.heldUntilMs === undefined) {
      if (isLookDue(startedSinceLook)) {
        await awaitEnds(true);
        startedSinceLook = 0;
      }
      const indices = takeWaiting(state, startsAtOnce);
      if (indices.length === 0) return;
      const rollback = state.rollback !== undefined;
      const startedBy = `${upload.uploadID}/${workflowInfo().firstExecutionRunId}/${state.round}`;
      const { started, refused, waitsFor } = await startItems({
        upload,
        startedBy,
        indices,
        ...(state.askedAtMs !== undefined && { askedAtMs: state.askedAtMs }),
        rollback,
      });
      if (waitsFor !== undefined) {
        noteHeldBack(state, indices, waitsFor, Date.now());
        return;
      }
      noteAccepted(state);
      startedSinceLook += started.length;
      for (const item of started) noteStarted(state, item, Date.now());
      for (const item of refused) noteRefused(state, item, failurePolicy);
    }
  }

  /**
   * Ends must be seen while slots fill, so that a failure acts on the next start, and no slot idles. Each look carries all
   * running items, so many of them make looks rarer.
   */
  function isLookDue(startedSinceLook: number): boolean {
    if (startedSinceLook < Math.max(startsAtOnce, state.underWay.length / 8)) return false;
    // Batches of version 0.1 do not look.
    return hasMoreToStart(state) && patched('look-while-slots-fill');
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
    for (let first = 0; first < items.length; first += cancelsAtOnce) {
      const some = items.slice(first, first + cancelsAtOnce);
      const spareRunning = state.ending !== 'rolledBack';
      const answer = await cancelItems({ items: some, request, spareClaimed: true, spareRunning });
      noteClaimed(state, answer?.claimed ?? []);
      for (const { index, runID } of some) {
        if (answer?.running?.includes(index) !== true) continue;
        noteEnded(state, { index, runID, result: 'succeeded' }, failurePolicy, Date.now());
      }
    }
  }

  /** Waits until items end, or a message changes what to do. */
  async function news(seen: number): Promise<void> {
    const scope = new CancellationScope({ cancellable: true });
    const message = () => condition(() => controls !== seen);
    await scope.run(async () => {
      const waits = [message(), ...(state.underWay.length === 0 ? [] : [awaitEnds(false)]), ...retryTime()];
      // Alone, it needs no cancellation, which would be one more command.
      if (waits.length === 1) return waits[0];
      try {
        await Promise.race(waits.map((wait) => wait.catch(ignoreCancellation)));
      } finally {
        scope.cancel();
      }
    });
    for (const ended of overdue(state, Date.now())) noteEnded(state, ended, failurePolicy, Date.now());
  }

  /** The end of the time for which items are held back. */
  function retryTime(): Promise<unknown>[] {
    const { heldUntilMs } = state;
    if (heldUntilMs === undefined) return [];
    const pause = sleep(Math.max(1, heldUntilMs - Date.now()), { summary: 'before items are started again' });
    return [pause.then(() => void delete state.heldUntilMs)];
  }

  async function awaitEnds(once: boolean): Promise<void> {
    const begunAtMs = Date.now();
    const scope = { account: upload.account, region: upload.region };
    const items = packItems(state.underWay, scope);
    // Without running items, no wait has reported anything.
    const oldestMs = Math.min(...state.underWay.map(({ startedAtMs }) => startedAtMs));
    const sinceMs = Math.max(state.toldUntilMs, oldestMs);
    const summary = once ? `look at ${items.length} items` : `wait for ${items.length} items`;
    const ends = await watchActivities(summary).awaitItems({ scope, items, sinceMs, ...(once && { once }) });
    state.toldUntilMs = begunAtMs;
    for (const ended of ends) noteEnded(state, ended, failurePolicy, Date.now());
  }
}

function outcomeOf(state: BatchState): BatchOutcome {
  const { ending = 'completed', cancelRequest, failed, cancelledItems = [], rollback, check } = state;
  const reason = ending === 'cancelled' ? cancelRequest?.reason : undefined;
  return {
    ...progressOf(state, true),
    outcome: ending,
    ...(reason !== undefined && { cancelReason: reason }),
    failedItems: failed,
    ...(ending !== 'rolledBack' && cancelledItems.length > 0 && { cancelledItems }),
    ...(rollback !== undefined && rollback.failed.length > 0 && { notDeletedItems: [...new Set(rollback.failed)] }),
    ...((ending === 'stopped' || ending === 'refused') && { unstartedItems: unstarted(state) }),
    ...(ending === 'refused' && check !== undefined && { problems: check.errors }),
    ...(check !== undefined && check.warnings.length > 0 && { warnings: check.warnings }),
  };
}

function checkConcurrency(concurrency: number): void {
  if (Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= maximumConcurrency) return;
  throw new RangeError(`the concurrency must be a whole number from 1 to ${maximumConcurrency}, not ${concurrency}`);
}

function ignoreCancellation(error: unknown): void {
  if (!isCancellation(error)) throw error;
}
