import { isCancellation } from '@temporalio/workflow';
import type { RequestOutcome, SentRequest } from '../../contract/create-record.ts';
import { callFailureOf, isFailureOfType } from '../operation/operation-failure.ts';
import { lastOpenedAtMs } from './sent-requests.ts';

/** What an error of `submitCluster` proves about the request, and what the create does next. */
export interface SubmitJudgement {
  outcome: Exclude<RequestOutcome, 'inFlight' | 'made'>;
  /**
   * - `giveUp`: fails with the error.
   * - `look`: looks for the cluster, and sends another request if every look is in vain.
   * - `lookThenGiveUp`: looks for the cluster, and fails with the error if every look is in vain.
   * - `pauseThenLook`: waits for `pauseMs` before it looks.
   */
  next: 'giveUp' | 'look' | 'lookThenGiveUp' | 'pauseThenLook';
  pauseMs?: number;
  /** What people see that the create waits for during the pause. */
  waitsFor?: 'service' | 'keys';
}

export function judgeSubmitError(
  error: unknown,
  /** The requests before the one that failed. */
  earlier: readonly SentRequest[],
): SubmitJudgement {
  // The attempt had not begun: the workflow waits for one that has.
  if (isCancellation(error)) return { outcome: 'notSent', next: 'giveUp' };
  // The activity looks secrets up before it sends.
  const isSecretMissing = isFailureOfType(error, 'SecretUnavailable');
  const call = callFailureOf(error);
  // A timeout or a lost worker tells nothing about the call.
  if (call?.mayHaveTakenEffect ?? !isSecretMissing) return { outcome: 'open', next: 'look' };
  const pauseThenLook = { outcome: 'refusedForNow', next: 'pauseThenLook' } as const;
  if (call?.retryable === true) return { ...pauseThenLook, pauseMs: pauseMs(earlier, call.retryAfterSeconds) };
  // Keys are refused for a moment while they are exchanged; after two minutes they are wrong.
  if (call?.kind === 'authentication' && refusalsOf(earlier) < refusalsOfKeys) {
    return { ...pauseThenLook, waitsFor: 'keys', pauseMs: pauseMs(earlier) };
  }
  if (call?.kind === 'conflict') return { outcome: 'conflict', next: 'lookThenGiveUp' };
  const outcome = isSecretMissing ? 'notSent' : 'refused';
  // What is in the way, as a namesake or in the quota, may be what an earlier request made after all.
  return { outcome, next: lastOpenedAtMs(earlier) === undefined ? 'giveUp' : 'lookThenGiveUp' };
}

/** 2, 4, 8, 16, 32 and 60 seconds. */
const refusalsOfKeys = 6;

function refusalsOf(requests: readonly SentRequest[]): number {
  return requests.filter(({ outcome }) => outcome === 'refusedForNow').length;
}

/** Doubles with each refusal up to a minute, and is never shorter than what the service asks for. */
function pauseMs(earlier: readonly SentRequest[], retryAfterSeconds = 0): number {
  return Math.max(retryAfterSeconds * 1000, Math.min(60_000, 2_000 * 2 ** refusalsOf(earlier)));
}
