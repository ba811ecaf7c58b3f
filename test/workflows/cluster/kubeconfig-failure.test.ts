import { ActivityFailure, ApplicationFailure, TimeoutFailure, type TemporalFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import type { CallFailure } from '../../../activities/api/call-failure.ts';
import { issuedNothing, kubeconfigFailure } from '../../../workflows/cluster/kubeconfig-failure.ts';

const failed = (cause: TemporalFailure) =>
  new ActivityFailure('Activity task failed', 'issueKubeconfig', '1', 'MAXIMUM_ATTEMPTS_REACHED', 'worker', cause);

function callFailure(detail: Pick<CallFailure, 'retryable' | 'mayHaveTakenEffect'>): ApplicationFailure {
  const call: CallFailure = { type: 'CceNetworkError', method: 'POST', path: '/v2/rbac', ...detail };
  return ApplicationFailure.create({ type: call.type, message: 'no answer', details: [call] });
}

const notSent = callFailure({ retryable: true, mayHaveTakenEffect: false });
const lost = callFailure({ retryable: true, mayHaveTakenEffect: true });
const refused = callFailure({ retryable: false, mayHaveTakenEffect: false });
const timeout = (type: TimeoutFailure['timeoutType'], cause?: Error) => {
  const failure = new TimeoutFailure('activity timeout', undefined, type);
  if (cause !== undefined) Object.defineProperty(failure, 'cause', { value: cause });
  return failure;
};

describe('another attempt to issue', () => {
  it.each([
    ['follows if nothing was sent', notSent, true],
    ['does not follow a lost answer', lost, false],
    ['does not follow a refusal', refused, false],
    ['does not follow the death of the worker', timeout('HEARTBEAT'), false],
    ['does not follow an attempt that took too long', timeout('START_TO_CLOSE'), false],
    ['does not follow an error of ours', ApplicationFailure.create({ type: 'TypeError' }), false],
    ['does not follow a shutdown in the middle', ApplicationFailure.create({ type: 'WorkerShutdown' }), false],
  ])('%s', (_, cause, expected) => {
    expect(issuedNothing(failed(cause))).toBe(expected);
  });
});

describe('the failure that the asker gets', () => {
  const mayBeIssued = /one may have been issued/;

  it.each([timeout('HEARTBEAT'), lost])('says that one may have been issued: %s', (cause) => {
    expect(kubeconfigFailure(failed(cause), 'issue')).toMatchObject({
      type: 'ServiceUnreachable',
      advice: expect.stringMatching(mayBeIssued),
    });
    expect(kubeconfigFailure(failed(timeout('HEARTBEAT'))).advice).toBeUndefined();
  });

  it.each([notSent, refused])('says nothing of one if none was issued', (cause) => {
    expect(String(kubeconfigFailure(failed(cause), 'issue').advice)).not.toMatch(mayBeIssued);
  });

  it('has the reason of the last attempt if the time for attempts is over', () => {
    const over = failed(timeout('SCHEDULE_TO_CLOSE', refused));
    expect(kubeconfigFailure(over)).toMatchObject({ type: 'KubeconfigRefused', message: 'no answer' });
  });
});
