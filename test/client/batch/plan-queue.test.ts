import { EventEmitter } from 'node:events';
import { expect, it, vi } from 'vitest';
import { planBatchInThread } from '../../../client/batch/plan-in-thread.ts';

const { threads, released, release } = vi.hoisted(() => {
  let resolve = () => {};
  const promise = new Promise<void>((done) => (resolve = done));
  return { threads: [] as object[], released: promise, release: () => resolve() };
});

/** Threads that end when the test says so. */
vi.mock('node:worker_threads', () => ({
  Worker: class extends EventEmitter {
    constructor() {
      super();
      threads.push(this);
      void released.then(() => this.emit('message', 'the plan'));
    }
  },
}));

it('at most eight large batches wait for their plans, and none whose client has gone', async () => {
  const plan = (signal?: AbortSignal) => planBatchInThread({ items: [{ count: 201 }] }, signal);
  const client = new AbortController();
  const plans = Array.from({ length: 9 }, () => plan());
  const ofGone = plan(client.signal);
  ofGone.catch(() => {});
  await expect(plan()).rejects.toMatchObject({ name: 'TooManyPlansError', kind: 'unreachable' });
  client.abort(new Error('gone'));
  plans.push(plan());
  await expect(plan()).rejects.toMatchObject({ name: 'TooManyPlansError' });
  expect(threads).toHaveLength(2);
  release();
  expect(await Promise.all(plans)).toEqual(plans.map(() => 'the plan'));
  await expect(ofGone).rejects.toThrow('gone');
  expect(threads).toHaveLength(10);
  expect(await plan()).toBe('the plan');
});
