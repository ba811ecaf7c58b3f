import { expect, it, vi } from 'vitest';
import { createPlanQueue } from '../../../client/batch/plan-queue.ts';

it('at most eight large batches wait for their plans, and none whose client has gone', async () => {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const begin = vi.fn(() => released);
  const plan = createPlanQueue(begin);
  const client = new AbortController();
  const plans = Array.from({ length: 9 }, () => plan('document'));
  const ofGone = plan('document', { signal: client.signal });
  ofGone.catch(() => {});
  await expect(plan('document')).rejects.toMatchObject({ name: 'TooManyPlansError', kind: 'unreachable' });
  client.abort(new Error('gone'));
  // At once, so that the request and its document are forgotten.
  await expect(ofGone).rejects.toThrow('gone');
  plans.push(plan('document'));
  await expect(plan('document')).rejects.toMatchObject({ name: 'TooManyPlansError' });
  await vi.waitUntil(() => begin.mock.calls.length > 0);
  expect(begin).toHaveBeenCalledTimes(2);
  release();
  await Promise.all(plans);
  expect(begin).toHaveBeenCalledTimes(10);
  await plan('document');
  expect(begin).toHaveBeenCalledTimes(11);
});

it('one asker has four places, which are free again once its plans have ended or were given up', async () => {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const plan = createPlanQueue(() => released);
  const client = new AbortController();
  const asker = { name: 'ci', signal: client.signal };
  const plans = Array.from({ length: 4 }, () => plan('document', asker));
  const all = Promise.allSettled(plans);
  await expect(plan('document', asker)).rejects.toThrow('your other large batches');
  const other = plan('document', { name: 'other' });
  client.abort(new Error('gone'));
  await expect(plans[3]).rejects.toThrow('gone');
  const again = plan('document', { name: 'ci' });
  release();
  await Promise.all([other, again]);
  // The two that had begun end as they do: it is the thread that looks at the signal.
  expect((await all).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected']);
});
