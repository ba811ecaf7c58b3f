import { sleep } from '@temporalio/workflow';
import { callFailureOf, describeFailure } from '../operation/operation-failure.ts';
import { timeAfter, type Progress } from '../operation/progress.ts';
import { pauseAfterRefusalMs } from './judge-refusal.ts';
import { whatToWaitFor } from './what-to-wait-for.ts';

/**
 * Repeats a call of a deletion while the service refuses it for now, and shows what it waits for.
 *
 * Throws the error of the last attempt if waiting cannot help, or if the next pause would last beyond `untilMs`.
 */
export async function repeatWhileRefused<Answer>(
  call: () => Promise<Answer>,
  {
    progress,
    by,
    untilMs = Infinity,
    mayWait = () => true,
    summary,
  }: {
    progress: Pick<Progress, 'waitFor'>;
    /** What waits, see {@link Progress.waitFor}. */
    by?: string;
    /** When to give up, in milliseconds since the epoch. Without it, the caller's scope ends the wait. */
    untilMs?: number;
    /** Asked before each wait. */
    mayWait?: () => boolean;
    /** What Temporal's Web UI says about the pause. */
    summary: string;
  },
): Promise<Answer> {
  for (let refusals = 1; ; refusals++) {
    try {
      const answer = await call();
      progress.waitFor(undefined, by);
      return answer;
    } catch (error) {
      const waitsFor = whatToWaitFor(error);
      if (waitsFor === 'permanent') throw error;
      const pauseMs = pauseAfterRefusalMs(refusals, callFailureOf(error) ?? {});
      if (Date.now() + pauseMs >= untilMs || !mayWait()) throw error;
      const { message } = describeFailure(error, 'DeleteRefused');
      progress.waitFor({ reason: waitsFor, message, retryAt: timeAfter(pauseMs) }, by);
      await sleep(pauseMs, { summary });
    }
  }
}
