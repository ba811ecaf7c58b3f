import { expect, it, vi } from 'vitest';
import { createPlanQueue } from '../../../client/batch/plan-queue.ts';

it('at most eight large batches wait for their plans, and none whose client has gone', async () => {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const begin = vi.fn(() => released);
  const plan = createPlanQueue(begin);
  const client = new AbortController();
  const plans = Array.from({ length: 9 }, () => plan('document'));
  const ofGone = plan('document', client.signal);
  ofGone.catch(() => {});
  await expect(plan('document')).rejects.toMatchObject({ name: 'TooManyPlansError', kind: 'unreachable' });
  client.abort(new Error('gone'));
  plans.push(plan('document'));
  await expect(plan('document')).rejects.toMatchObject({ name: 'TooManyPlansError' });
  await vi.waitUntil(() => begin.mock.calls.length > 0);
  expect(begin).toHaveBeenCalledTimes(2);
  release();
  await Promise.all(plans);
  await expect(ofGone).rejects.toThrow('gone');
  expect(begin).toHaveBeenCalledTimes(10);
  await plan('document');
  expect(begin).toHaveBeenCalledTimes(11);
});
