import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

/** Thrown when a thread has been ended because its time was over. */
export class ThreadTimeout extends Error {
  override readonly name = 'ThreadTimeout';
}

/**
 * Runs a module in a thread of its own, so that this one serves others meanwhile. A thread takes half a second to start.
 *
 * @param module The file without its extension. It posts one message.
 * @param workerData What it gets.
 * @param signal Ends the thread. The promise rejects with its reason.
 * @throws ThreadTimeout
 */
export async function runInThread<Result>(
  module: URL,
  workerData: unknown,
  longestMs: number,
  signal?: AbortSignal,
): Promise<Result> {
  signal?.throwIfAborted();
  const thread = startThread(module, workerData);
  let isLate = false;
  const late = setTimeout(() => {
    isLate = true;
    void thread.terminate();
  }, longestMs);
  let giveUp = () => {};
  return new Promise<Result>((resolve, reject) => {
    giveUp = () => {
      reject(signal?.reason as Error);
      void thread.terminate();
    };
    signal?.addEventListener('abort', giveUp, { once: true });
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', (code) =>
      reject(
        isLate
          ? new ThreadTimeout(`the thread has not ended within ${longestMs / 1000} s`)
          : new Error(`the thread has ended with ${code}`),
      ),
    );
  }).finally(() => {
    clearTimeout(late);
    signal?.removeEventListener('abort', giveUp);
  });
}

function startThread({ href }: URL, workerData: unknown): Worker {
  const extension = extname(import.meta.url);
  if (extension === '.js') return new Worker(new URL(`${href}.js`), { workerData });
  // From source: a thread of node 20 does not take over what lets this one read TypeScript.
  const code = `import('tsx/esm/api').then(({ register }) => (register(), import(${JSON.stringify(`${href}.ts`)})))`;
  return new Worker(code, { eval: true, workerData });
}
