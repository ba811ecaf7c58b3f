import type { Worker } from '@temporalio/worker';
import { expect, it } from 'vitest';
import { runAll } from '../../worker/run-all.ts';

/** A worker that takes a while to hand over what is in progress. */
function workerOf() {
  let state = 'RUNNING';
  let end = () => {};
  let fail = () => {};
  const ended = new Promise<void>((resolve, reject) => {
    end = resolve;
    fail = () => {
      state = 'FAILED';
      reject(new Error('the worker fails'));
    };
  });
  const worker = { getState: () => state, run: () => ended, shutdown: () => (state = 'STOPPING') };
  return { worker: worker as unknown as Worker, end: () => end(), fail: () => fail(), state: () => state };
}

it('workers beside one that fails hand over what is in progress before the failure is told', async () => {
  const failing = workerOf();
  const other = workerOf();
  const { stopped } = runAll([failing.worker, other.worker]);
  let isTold = false;
  const told = stopped.catch(() => (isTold = true));
  failing.fail();
  await new Promise(setImmediate);
  expect(other.state()).toBe('STOPPING');
  expect(isTold).toBe(false);
  other.end();
  await told;
  await expect(stopped).rejects.toThrow('the worker fails');
});
