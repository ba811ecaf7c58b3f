import { CancellationScope, isCancellation, setHandler } from '@temporalio/workflow';
import { mergeCancels, type CancelRequest } from '../../contract/cancel-request.ts';
import type { CurrentStep } from '../../contract/current-step.ts';
import { cancelSignal, cancelUpdate, currentStepQuery, stepChangedSignal } from '../../contract/messages.ts';
import type { Progress } from './progress.ts';

/** The part of an operation that a cancel stops. */
export interface CancellableWork {
  run: (part: () => Promise<void>) => Promise<void>;
  /** Whether somebody cancelled the operation, by signal or natively. A deadline inside the work does not count. */
  isCancelled: () => boolean;
  /** Whether this error ended the work because somebody cancelled it. */
  endedByCancel: (error: unknown) => boolean;
  /** All cancel signals merged into one request. */
  cancelRequest: () => CancelRequest | undefined;
  /** Calls the listener when somebody gives up the clean-up. */
  onAbandon: (listener: () => void) => void;
}

/** Registers the handlers that creates and deletes share. Call it before the first `await`. */
export function cancellableWork(
  progress: Progress,
  currentStep: () => CurrentStep = progress.view,
  /** Whether a cancel does not count, for a reason that only the workflow knows. */
  isRefused: (cancel: CancelRequest | undefined) => boolean = () => false,
): CancellableWork {
  const scope = new CancellationScope({ cancellable: true });
  let cancelRequest: CancelRequest | undefined;
  let abandonListener = () => {};
  setHandler(currentStepQuery, () => {
    const reported = progress.lastReport();
    return {
      ...currentStep(),
      ...(reported !== undefined && { reported }),
      ...(scope.consideredCancelled && { isCancelled: true }),
      ...(cancelRequest?.cleanup === 'keep' && { keepsCluster: true }),
    };
  });
  setHandler(stepChangedSignal, (change) => progress.observeChange(change));
  const cancelled = (cancel?: CancelRequest) => {
    if (isRefused(cancel)) return;
    cancelRequest = mergeCancels(cancelRequest, cancel);
    scope.cancel();
    if (cancel?.abandon === true) abandonListener();
  };
  setHandler(cancelSignal, cancelled);
  setHandler(cancelUpdate, cancelled);
  return {
    run: (part) => scope.run(part),
    isCancelled: () => scope.consideredCancelled,
    endedByCancel: (error) => isCancellation(error) && scope.consideredCancelled,
    cancelRequest: () => cancelRequest,
    onAbandon(listener) {
      abandonListener = listener;
    },
  };
}
