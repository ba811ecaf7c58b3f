import { runInThread } from '../run-in-thread.ts';
import { createPlanQueue, type PlanAsker } from './plan-queue.ts';
import { planBatch, type BatchPlan } from './plan.ts';

/** A thread takes half a second to start. This many items are planned in the time of some requests. */
const fewItems = 200;
const longestMs = 120_000;

/**
 * Plans a batch as {@link planBatch} does, for a process that serves others meanwhile: the plan of ten thousand items takes
 * seconds, so a large batch is planned in a thread of its own.
 *
 * @param document A JSON value.
 * @throws TooManyPlansError if eight large batches wait already, or four of the asker are in hand
 */
export async function planBatchInThread(document: unknown, asker: PlanAsker = {}): Promise<BatchPlan> {
  if (itemsIn(document) <= fewItems) return planBatch(document);
  return planInTurn(document, asker);
}

const planInTurn = createPlanQueue(planInThread);

/** The number of items that a document seems to have. It has not been checked. */
function itemsIn(document: unknown): number {
  const { items } = Object(document) as { items?: unknown };
  const entries = Array.isArray(document) ? document : Array.isArray(items) ? items : [];
  return entries.reduce<number>((sum, entry) => {
    const { count } = Object(entry) as { count?: unknown };
    return sum + (typeof count === 'number' && count > 1 ? count : 1);
  }, 0);
}

function planInThread(document: unknown, signal?: AbortSignal): Promise<BatchPlan> {
  return runInThread(new URL('plan-thread', import.meta.url), document, longestMs, signal);
}
