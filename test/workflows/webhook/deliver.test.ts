import { ActivityFailure, ApplicationFailure, TimeoutFailure, type TimeoutType } from '@temporalio/common';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { DeliverEventInput } from '../../../contract/webhook/activities.ts';
import { deliver } from '../../../workflows/webhook/deliver.ts';

// The time-skipping server skips no time while a task waits for a worker.
const { deliverEvent, deliverEventLate, patched } = vi.hoisted(() => ({
  deliverEvent: vi.fn(),
  deliverEventLate: vi.fn(async () => 'delivered'),
  patched: vi.fn(() => true),
}));
vi.mock('../../../workflows/activity-proxies.ts', () => ({ deliverEvent, deliverEventLate }));
vi.mock('@temporalio/workflow', () => ({ patched }));

const input: DeliverEventInput = {
  account: 'default',
  region: 'bj',
  name: 'hook',
  event: {
    id: 'evt_1',
    type: 'ended',
    timestamp: '2026-11-28T01:00:00.000Z',
    data: { account: 'default', region: 'bj', kind: 'create', workflowID: 'cce:default:bj:ci-7' },
  },
};
const failureBy = (cause: Error) =>
  new ActivityFailure('failed', 'deliverEvent', 'cce:default:bj:webhook:hook:ci-7:0', 'TIMEOUT', undefined, cause);
const refused = new ApplicationFailure('the receiver answered with status 503', 'DeliveryFailed');
const timedOut = (type: TimeoutType, cause?: Error) => {
  const failure = new TimeoutFailure('timed out', undefined, type);
  return Object.assign(failure, { cause });
};

beforeEach(() => vi.clearAllMocks());

describe('an event whose three days have passed', () => {
  it.each([
    ['nobody has sent it', timedOut('SCHEDULE_TO_CLOSE')],
    ['its last worker has gone', timedOut('SCHEDULE_TO_CLOSE', refused)],
  ])('is sent by the next worker if %s', async (_, cause) => {
    deliverEvent.mockRejectedValueOnce(failureBy(cause));
    expect(await deliver(input)).toBe('delivered');
    expect(deliverEventLate.mock.calls).toEqual([[input]]);
  });

  it.each([
    ['the receiver has refused it to the end', refused],
    ['the worker has died in its last attempt', timedOut('HEARTBEAT')],
  ])('is given up if %s', async (_, cause) => {
    const failure = failureBy(cause);
    deliverEvent.mockRejectedValueOnce(failure);
    await expect(deliver(input)).rejects.toBe(failure);
    expect(deliverEventLate).not.toHaveBeenCalled();
    // Nothing of it gets into histories that do not need it.
    expect(patched).not.toHaveBeenCalled();
  });
});
