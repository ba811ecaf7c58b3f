import { ActivityFailure, TimeoutFailure } from '@temporalio/common';
import { patched } from '@temporalio/workflow';
import { callFailureOf, isFailureOfType } from '../operation/operation-failure.ts';
import { judgeDeleteRefusal, type DeleteWait } from './judge-refusal.ts';

/**
 * What a deletion waits for after this error of one of its activities; `permanent` if it is neither an answer of the
 * service nor a lost worker, so that waiting cannot help.
 */
export function whatToWaitFor(error: unknown): 'permanent' | DeleteWait {
  const call = callFailureOf(error);
  if (call !== undefined) return judgeDeleteRefusal(call);
  if (error instanceof ActivityFailure && error.cause instanceof TimeoutFailure) return 'service';
  const isWorth = isFailureOfType(error, 'WorkerShutdown') || isFailureOfType(error, 'WatchBudgetExhausted');
  return isWorth && waitsLonger() ? 'service' : 'permanent';
}

/** Runs of before failed where this waits: at refused looks, exhausted watches and workers that shut down. */
export function waitsLonger(): boolean {
  return patched('deletion-waits-longer');
}
