import pLimit from 'p-limit';
import { TooManyPlansError } from '../errors/too-many-plans-error.ts';

/** Each plan under way takes a core, and memory for the batch. */
const atOnce = 2;
/** Each keeps its batch in memory, and the next one would wait for longer than its client does. */
const mostWaiting = 8;

/**
 * Creates a function that makes two plans at once, and lets eight more wait. Its signal gives up a plan that has not begun.
 * It throws TooManyPlansError.
 */
export function createPlanQueue<Plan>(plan: (document: unknown) => Promise<Plan>) {
  const limit = pLimit(atOnce);
  let inHand = 0;
  return async function planInTurn(document: unknown, signal?: AbortSignal): Promise<Plan> {
    signal?.throwIfAborted();
    if (inHand >= atOnce + mostWaiting) throw new TooManyPlansError();
    inHand++;
    const giveUp = () => void inHand--;
    signal?.addEventListener('abort', giveUp, { once: true });
    return limit(async () => {
      signal?.throwIfAborted();
      signal?.removeEventListener('abort', giveUp);
      return plan(document).finally(() => inHand--);
    });
  };
}
