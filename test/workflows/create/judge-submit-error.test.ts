import { ActivityFailure, ApplicationFailure, CancelledFailure, TimeoutFailure } from '@temporalio/common';
import { beforeAll, describe, expect, it } from 'vitest';
import { withCallFailures } from '../../../activities/api/call-failure.ts';
import { CceApiError } from '../../../cce/cce-api-error.ts';
import { CceNetworkError } from '../../../cce/cce-network-error.ts';
import type { SentRequest } from '../../../contract/create-record.ts';
import { judgeSubmitError, type SubmitJudgement } from '../../../workflows/create/judge-submit-error.ts';

const open: SubmitJudgement = { outcome: 'open', next: 'look' };
const pause = (pauseMs: number): SubmitJudgement => ({ outcome: 'refusedForNow', next: 'pauseThenLook', pauseMs });

/** An answer of the service to the create call. */
function answer(httpStatus: number, code: string, retryAfterSeconds?: number): CceApiError {
  const location = { method: 'POST', path: '/v2/cluster', message: 'no' };
  return new CceApiError({ ...location, httpStatus, code, ...(retryAfterSeconds && { retryAfterSeconds }) });
}

function noAnswer(possiblyReceived: boolean): CceNetworkError {
  return new CceNetworkError({ method: 'POST', path: '/v2/cluster', message: 'no answer', possiblyReceived });
}

function applicationFailure(type: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable('no', type);
}

type Row = [what: string, cause: Error, first: SubmitJudgement, afterAnOpenOne?: SubmitJudgement];

/** The judgement of a first request, and of one after a request whose outcome is open, where that differs. */
const rows: Row[] = [
  ['a server error', answer(500, 'cce.error.Internal'), open],
  ['a gateway error', answer(502, 'BadGateway'), open],
  ['a server error that names the quota', answer(503, 'ExceedQuota'), open],
  ['a request timeout of the service', answer(408, 'RequestTimeout'), open],
  ['a success that cannot be read', answer(200, 'Malformed'), open],
  ['a connection that broke', noAnswer(true), open],
  ['a timeout of the activity', new TimeoutFailure('activity StartToClose timeout', undefined, 'START_TO_CLOSE'), open],
  ['a worker that shut down', applicationFailure('WorkerShutdown'), open],
  ['a second attempt after a pause', applicationFailure('SentBefore'), open],
  ['an error that nobody foresaw', applicationFailure('TypeError'), open],
  ['a call failure without its detail', applicationFailure('CceApiError'), open],

  ['a connection that was never made', noAnswer(false), pause(2_000)],
  ['a throttled request', answer(429, 'RequestLimitExceeded'), pause(2_000)],
  ['a throttled request with a longer Retry-After', answer(429, 'RequestLimitExceeded', 90), pause(90_000)],
  ['a throttled request with a Retry-After of an hour', answer(429, 'RequestLimitExceeded', 3_600), pause(300_000)],
  ['a throttled request with a shorter Retry-After', answer(429, 'RequestLimitExceeded', 1), pause(2_000)],
  ['an expired signature', answer(400, 'RequestExpired'), pause(2_000)],

  ['a wrong signature', answer(403, 'SignatureDoesNotMatch'), { ...pause(2_000), waitsFor: 'keys' }],

  ['a conflict', answer(409, 'cce.warning.AlreadyExist'), { outcome: 'conflict', next: 'lookThenGiveUp' }],
  ...(
    [
      ['an invalid request', answer(400, 'cce.warning.InvalidParam')],
      ['a quota that is used up', answer(400, 'cce.warning.ExceedQuota')],
      ['a missing permission', answer(403, 'cce.warning.AccessDenied')],
      ['something that is not found', answer(404, 'cce.warning.ClusterNotFound')],
      ['a status without a meaning of its own', answer(418, 'Teapot')],
    ] as const
  ).map(([what, cause]): Row => [
    what,
    cause,
    { outcome: 'refused', next: 'giveUp' },
    { outcome: 'refused', next: 'lookThenGiveUp' },
  ]),
  [
    'a secret that the worker cannot read',
    applicationFailure('SecretUnavailable'),
    { outcome: 'notSent', next: 'giveUp' },
    { outcome: 'notSent', next: 'lookThenGiveUp' },
  ],
  ['a cancelled attempt that had not begun', new CancelledFailure('cancelled'), { outcome: 'notSent', next: 'giveUp' }],
];

/** As the workflow sees it: calls that fail have passed through the activity. */
async function failureOf(cause: Error): Promise<ActivityFailure> {
  const failure = await withCallFailures(() => Promise.reject(cause)).catch((error: unknown) => error as Error);
  return new ActivityFailure('the activity failed', 'submitCluster', '1', 'MAXIMUM_ATTEMPTS_REACHED', 'w', failure);
}

describe.each(rows)('%s', (_, cause, first, afterAnOpenOne = first) => {
  let error: ActivityFailure;
  beforeAll(async () => {
    error = await failureOf(cause);
  });

  it.each<[when: string, earlier: SentRequest[], expected: SubmitJudgement]>([
    ['of the first request', [], first],
    ['after a request that was not sent', [{ outcome: 'notSent' }], first],
    ['after a request whose outcome is open', [{ outcome: 'open', openedAtMs: 1 }], afterAnOpenOne],
    [
      'after an open request whose cluster no look showed',
      [{ outcome: 'open', openedAtMs: 1, settled: true }],
      afterAnOpenOne,
    ],
  ])('%s is judged by what it proves', (__, earlier, expected) => {
    expect(judgeSubmitError(error, earlier)).toEqual(expected);
  });
});

it('judges a cancel of the workflow itself like one of the attempt', () => {
  expect(judgeSubmitError(new CancelledFailure('cancelled'), [])).toEqual({ outcome: 'notSent', next: 'giveUp' });
});

it('waits for keys for two minutes, and then believes that they are wrong', async () => {
  const refusedKeys = await failureOf(answer(403, 'SignatureDoesNotMatch'));
  const judgements = Array.from({ length: 7 }, (_, refusals) =>
    judgeSubmitError(
      refusedKeys,
      Array.from({ length: refusals }, (): SentRequest => ({ outcome: 'refusedForNow', settled: true })),
    ),
  );
  expect(judgements.map(({ pauseMs }) => pauseMs)).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, undefined]);
  expect(judgements.at(-1)).toEqual({ outcome: 'refused', next: 'giveUp' });
});

it('doubles the pause with each refusal, up to a minute', async () => {
  const throttled = await failureOf(answer(429, 'RequestLimitExceeded'));
  const pauses = Array.from({ length: 7 }, (_, refusals) => {
    const earlier = Array.from({ length: refusals }, (): SentRequest => ({ outcome: 'refusedForNow', settled: true }));
    return judgeSubmitError(throttled, [...earlier, { outcome: 'open', openedAtMs: 1 }]).pauseMs;
  });
  expect(pauses).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
});
