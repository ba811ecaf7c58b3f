import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { createPlanQueue } from './plan-queue.ts';
import { planBatch, type BatchPlan } from './plan.ts';

/** A thread takes half a second to start. This many items are planned in the time of some requests. */
const fewItems = 200;
const longestMs = 120_000;

/**
 * Plans a batch as {@link planBatch} does, for a process that serves others meanwhile: the plan of ten thousand items takes
 * seconds, so a large batch is planned in a thread of its own.
 *
 * @param document A JSON value.
 * @param signal Gives up the plan if it has not begun.
 * @throws TooManyPlansError if eight large batches wait already
 */
export async function planBatchInThread(document: unknown, signal?: AbortSignal): Promise<BatchPlan> {
  if (itemsIn(document) <= fewItems) return planBatch(document);
  return planInTurn(document, signal);
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

function planInThread(document: unknown): Promise<BatchPlan> {
  const thread = startThread(document);
  const late = setTimeout(() => void thread.terminate(), longestMs);
  return new Promise<BatchPlan>((resolve, reject) => {
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', () => reject(new Error(`the plan of the batch has not ended within ${longestMs / 1000} s`)));
  }).finally(() => clearTimeout(late));
}

function startThread(workerData: unknown): Worker {
  const extension = extname(import.meta.url);
  const { href } = new URL(`plan-thread${extension}`, import.meta.url);
  if (extension === '.js') return new Worker(new URL(href), { workerData });
  // From source: a thread of node 20 does not take over what lets this one read TypeScript.
  const code = `import('tsx/esm/api').then(({ register }) => (register(), import(${JSON.stringify(href)})))`;
  return new Worker(code, { eval: true, workerData });
}
