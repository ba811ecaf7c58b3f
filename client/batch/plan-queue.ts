import { TooManyPlansError } from '../errors/too-many-plans-error.ts';

/** Each plan under way takes a core, and memory for the batch. */
const atOnce = 2;
/** Each keeps its batch in memory, and the next one would wait for longer than its client does. */
const mostWaiting = 8;
/** Under way or waiting, so that one asker leaves room for others. */
const mostOfOne = 4;

/** Who asks for a plan. */
export interface PlanAsker {
  /** Gives up the plan, whether or not it has begun. */
  signal?: AbortSignal;
  /** The askers of one name share four places. By default the asker has no limit of its own. */
  name?: string;
}

/**
 * Creates a function that makes two plans at once, and lets eight more wait. A plan that is given up leaves nothing behind.
 *
 * @throws TooManyPlansError
 */
export function createPlanQueue<Plan>(plan: (document: unknown, signal?: AbortSignal) => Promise<Plan>) {
  const waiting: (() => void)[] = [];
  const inHand = new Map<string, number>();
  let underWay = 0;

  return async function planInTurn(document: unknown, { signal, name }: PlanAsker = {}): Promise<Plan> {
    signal?.throwIfAborted();
    if (name !== undefined && (inHand.get(name) ?? 0) >= mostOfOne) throw new TooManyPlansError('yours');
    if (underWay >= atOnce && waiting.length >= mostWaiting) throw new TooManyPlansError('all');
    count(name, 1);
    try {
      if (underWay < atOnce) underWay++;
      else await turn(signal);
      return await plan(document, signal).finally(passOn);
    } finally {
      count(name, -1);
    }
  };

  /** Waits for the place of a plan that ends. */
  function turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        waiting.splice(waiting.indexOf(begin), 1);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', leave, { once: true });
      waiting.push(begin);
    });
  }

  function passOn(): void {
    const next = waiting.shift();
    if (next === undefined) underWay--;
    else next();
  }

  function count(name: string | undefined, more: number): void {
    if (name === undefined) return;
    const now = (inHand.get(name) ?? 0) + more;
    if (now > 0) inHand.set(name, now);
    else inHand.delete(name);
  }
}
