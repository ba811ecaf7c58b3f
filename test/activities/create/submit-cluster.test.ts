import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { withCallFailures } from '../../../activities/api/call-failure.ts';
import type { FoundCluster } from '../../../activities/create/find-clusters.ts';
import type { OpenDeletes } from '../../../activities/create/open-deletes.ts';
import { submitCluster } from '../../../activities/create/submit-cluster.ts';
import { CceApiError } from '../../../cce/cce-api-error.ts';
import { CceNetworkError } from '../../../cce/cce-network-error.ts';
import type { CceClient } from '../../../cce/client.ts';
import type { CreateClusterRequest } from '../../../cce/create-cluster.ts';
import { validRequest } from '../../cce/valid-request.ts';
import { partialClient } from '../../partial-client.ts';

// A quotation mark and a backslash look different within JSON.
const password = 'Pa"ss\\w0rd!';
const filePassword = 'fr0m-a-File!';
const secrets = {
  env: (name: string) => (name === 'PASSWORD' ? password : undefined),
  file: (path: string) => (path === '/run/secrets/password' ? `${filePassword}\n` : undefined),
};

/** Runs the activity against a service with this answer, whose list shows the clusters `found`. */
async function submit(
  answer: { clusterID: string; requestID: string } | Error,
  request = validRequest(),
  {
    lookFirst,
    known,
    isKnownLookedFor,
    found = [],
    deletes = { clusterIDs: [], ofName: false },
    info = {},
  }: {
    lookFirst?: boolean;
    known?: { clusterName: string; clusterPhase: string } | Error;
    isKnownLookedFor?: boolean;
    found?: FoundCluster[] | Error;
    deletes?: OpenDeletes | Error;
    info?: { attempt?: number; scheduledTimestampMs?: number; currentAttemptScheduledTimestampMs?: number };
  } = {},
) {
  const sent: CreateClusterRequest[] = [];
  const looks: string[] = [];
  const refuse = () => Promise.reject(new Error('a submit only creates'));
  const cce = partialClient({
    getCluster: async (clusterID) => {
      if (known === undefined) return refuse();
      if (known instanceof Error) throw known;
      const { clusterName, clusterPhase } = known;
      return {
        cluster: { spec: { clusterID, clusterName, description: 'kept' }, status: { clusterPhase } },
        requestID: 'r-2',
      };
    },
    createCluster: async (each) => {
      sent.push(each);
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  const findClusters = ({ clusterName }: { clusterName: string }) => {
    looks.push(clusterName);
    return withCallFailures(async () => {
      if (found instanceof Error) throw found;
      return found;
    });
  };
  const findOpenDeletes = async () => {
    if (deletes instanceof Error) throw deletes;
    return deletes;
  };
  const environment = new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') });
  const result: unknown = await environment
    .run(submitCluster({ cce, secrets, findClusters, findOpenDeletes }), {
      request,
      ...(lookFirst !== undefined && { lookFirst }),
      ...(known !== undefined && { knownClusterID: 'cce-known' }),
      ...(isKnownLookedFor !== undefined && { isKnownLookedFor }),
    })
    .catch((error: unknown) => error);
  return { result, sent, looks };
}

function apiError(httpStatus: number, code: string, message: string): CceApiError {
  return new CceApiError({ method: 'POST', path: '/v2/cluster', httpStatus, code, message, requestID: 'r-1' });
}

describe('secret references', () => {
  it('are resolved in the request that is sent, and only there', async () => {
    const request = validRequest();
    const { result, sent } = await submit({ clusterID: 'cce-1', requestID: 'r-1' }, request);
    expect(result).toStrictEqual({ clusterID: 'cce-1', requestID: 'r-1' });
    expect(sent).toHaveLength(1);
    expect(sent[0]?.masters?.[0]?.instanceSpec.adminPassword).toBe(filePassword);
    expect(sent[0]?.nodes?.[1]?.instanceSpec.adminPassword).toBe(password);
    expect(request).toStrictEqual(validRequest());
  });

  it('keep the request from being sent if one cannot be resolved', async () => {
    const request = validRequest();
    request.nodes[1]!.instanceSpec.adminPassword = { fromEnv: 'MISSING' } as never;
    const { result, sent } = await submit({ clusterID: 'cce-1', requestID: 'r-1' }, request);
    expect(result).toBeInstanceOf(ApplicationFailure);
    expect(result).toMatchObject({
      type: 'SecretUnavailable',
      nonRetryable: true,
      message: expect.stringContaining('nodes[1].instanceSpec.adminPassword: environment variable MISSING'),
    });
    expect(sent).toEqual([]);
  });
});

describe('a refusal that quotes the passwords', () => {
  const quotation = `cannot use ${password} or ${filePassword}`;

  it.each([
    {
      what: 'an invalid request',
      error: apiError(400, 'cce.warning.InvalidParam', quotation),
      detail: { kind: 'validation', code: 'cce.warning.InvalidParam', retryable: false, mayHaveTakenEffect: false },
    },
    {
      what: 'a quota',
      error: apiError(400, 'cce.warning.ExceedQuota', quotation),
      detail: { kind: 'quota', code: 'cce.warning.ExceedQuota', retryable: false, mayHaveTakenEffect: false },
    },
    {
      what: 'throttling',
      error: apiError(429, 'RequestLimitExceeded', quotation),
      detail: { kind: 'throttled', code: 'RequestLimitExceeded', retryable: true, mayHaveTakenEffect: false },
    },
    {
      what: 'an error of the service',
      error: apiError(500, 'InternalError', quotation),
      detail: { kind: 'server', code: 'InternalError', retryable: true, mayHaveTakenEffect: true },
    },
  ])('is reported without them and otherwise unchanged: $what', async ({ error, detail }) => {
    const { result, sent } = await submit(error);
    expect(result).toBeInstanceOf(ApplicationFailure);
    const failure = result as ApplicationFailure;
    expect(failure.message).toBe(error.message.replace(quotation, 'cannot use [redacted] or [redacted]'));
    expect(failure.type).toBe('CceApiError');
    expect(failure.nonRetryable).toBe(!detail.retryable);
    const { httpStatus } = error;
    expect(failure.details).toStrictEqual([
      { type: 'CceApiError', ...detail, httpStatus, requestID: 'r-1', method: 'POST', path: '/v2/cluster' },
    ]);
    expect(failure.cause).toBeUndefined();
    expect(sent).toHaveLength(1);
  });

  it('in its error code is reported without them there too', async () => {
    const { result } = await submit(apiError(400, `Bad ${password}`, 'no'));
    expect(result).toMatchObject({
      message: 'POST /v2/cluster: no (Bad [redacted], HTTP 400, requestID r-1)',
      details: [{ kind: 'validation', code: 'Bad [redacted]' }],
    });
  });
});

it.each([true, false])(
  'a lost answer fails the activity, and the request is not sent again (received: %s)',
  async (received) => {
    const lost = { method: 'POST', path: '/v2/cluster', message: 'reset', possiblyReceived: received };
    const { result, sent } = await submit(new CceNetworkError(lost));
    expect(result).toMatchObject({
      type: 'CceNetworkError',
      details: [{ type: 'CceNetworkError', retryable: true, mayHaveTakenEffect: received }],
    });
    expect(sent).toHaveLength(1);
  },
);

it.each([
  ['a second attempt', { attempt: 2 }],
  ['a first attempt after a reset', { scheduledTimestampMs: 1_000, currentAttemptScheduledTimestampMs: 1_001 }],
])('%s sends nothing and leaves the outcome open', async (_, info) => {
  const { result, sent } = await submit({ clusterID: 'cce-1', requestID: 'r-1' }, validRequest(), { info });
  expect(result).toMatchObject({ type: 'SentBefore', nonRetryable: true });
  expect((result as ApplicationFailure).details ?? []).toEqual([]);
  expect(sent).toEqual([]);
});

describe('a cancellation', () => {
  /** Cancels the activity at a moment of its life. */
  async function submitAndCancel(at: 'look' | 'post') {
    const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
    const cancelAt = (moment: string) => {
      if (moment === at) environment.cancel();
    };
    const sent: CreateClusterRequest[] = [];
    const cce = {
      createCluster: async (request: CreateClusterRequest) => {
        sent.push(request);
        cancelAt('post');
        return { clusterID: 'cce-1', requestID: 'r-1' };
      },
    } as unknown as CceClient;
    const findClusters = async () => {
      cancelAt('look');
      return [];
    };
    const findOpenDeletes = async () => ({ clusterIDs: [], ofName: false });
    const submit = submitCluster({ cce, secrets, findClusters, findOpenDeletes });
    const result: unknown = await environment
      .run(submit, { request: validRequest(), lookFirst: true })
      .catch((error: unknown) => error);
    return { result, sent };
  }

  it('that arrives during the look keeps the request from being sent', async () => {
    const { result, sent } = await submitAndCancel('look');
    expect(result).toBeInstanceOf(CancelledFailure);
    expect(sent).toEqual([]);
  });

  it('that arrives while the request is under way does not hide its answer', async () => {
    const { result, sent } = await submitAndCancel('post');
    expect(result).toStrictEqual({ clusterID: 'cce-1', requestID: 'r-1' });
    expect(sent).toHaveLength(1);
  });
});

describe('a look before the request, while deletes of ours are open', () => {
  const answered = { clusterID: 'cce-1', requestID: 'r-1' };
  const found: FoundCluster[] = ['cce-0', 'cce-2'].map((clusterID) => ({
    clusterID,
    clusterPhase: 'running',
    description: '',
  }));

  it('names the clusters that they are about', async () => {
    const deletes = { clusterIDs: ['cce-2'], ofName: false };
    const { result, sent } = await submit(answered, validRequest(), { lookFirst: true, found, deletes });
    expect(result).toStrictEqual({ found: [found[0], { ...found[1], isBeingDeleted: true }] });
    expect(sent).toEqual([]);
  });

  it('keeps the request from being sent while one is queued that would take the new cluster', async () => {
    const deletes = { clusterIDs: [], ofName: true };
    const { result, sent } = await submit(answered, validRequest(), { lookFirst: true, deletes });
    expect(result).toStrictEqual({ found: [], deleteIsQueued: true });
    expect(sent).toEqual([]);
  });

  it('sends nothing if Temporal does not answer, and may be repeated', async () => {
    const { result, sent } = await submit(answered, validRequest(), { lookFirst: true, deletes: new Error('down') });
    expect(result).toMatchObject({ details: [{ retryable: true, mayHaveTakenEffect: false }] });
    expect(sent).toEqual([]);
  });
});

describe('a look before the request, for a name whose last cluster our records know', () => {
  const answered = { clusterID: 'cce-1', requestID: 'r-1' };
  const request = validRequest();
  const { clusterName } = request.cluster;
  const shown = { clusterID: 'cce-known', clusterPhase: 'running', description: 'kept' };
  const gone = { method: 'GET', path: '/v2', httpStatus: 404, code: 'cce.warning.ClusterNotFound', message: 'no' };

  it('finds that cluster although no list shows it, and sends nothing', async () => {
    const known = { clusterName, clusterPhase: 'running' };
    const { result, sent } = await submit(answered, request, { lookFirst: true, known });
    expect(result).toStrictEqual({ found: [shown] });
    expect(sent).toEqual([]);
  });

  it('counts it once if the list shows it', async () => {
    const { result } = await submit(answered, request, {
      lookFirst: true,
      found: [shown],
      known: new Error('nobody needs to ask'),
    });
    expect(result).toStrictEqual({ found: [shown] });
  });

  it('sends the request if it has another name', async () => {
    const known = { clusterName: 'other', clusterPhase: 'running' };
    const { result, sent } = await submit(answered, request, { lookFirst: true, known });
    expect(result).toStrictEqual(answered);
    expect(sent).toHaveLength(1);
  });

  it('sends nothing if no look shows it, and says so', async () => {
    const { result, sent } = await submit(answered, request, { lookFirst: true, known: new CceApiError(gone) });
    expect(result).toStrictEqual({ found: [], knownIsUnseen: true });
    expect(sent).toEqual([]);
  });

  it('says so, too, if others have the name', async () => {
    const other = { ...shown, clusterID: 'cce-other' };
    const { result } = await submit(answered, request, {
      lookFirst: true,
      found: [other],
      known: new CceApiError(gone),
    });
    expect(result).toStrictEqual({ found: [other], knownIsUnseen: true });
  });

  it('sends the request if looks before did not show it either', async () => {
    const isKnownLookedFor = true;
    const { result } = await submit(answered, request, {
      lookFirst: true,
      known: new CceApiError(gone),
      isKnownLookedFor,
    });
    expect(result).toStrictEqual(answered);
  });

  it('finds it even if looks before did not show it', async () => {
    const known = { clusterName, clusterPhase: 'running' };
    const { result } = await submit(answered, request, { lookFirst: true, known, isKnownLookedFor: true });
    expect(result).toStrictEqual({ found: [shown] });
  });

  it('sends nothing if the service does not say', async () => {
    const known = new CceApiError({ ...gone, httpStatus: 500, code: 'InternalError' });
    const { result, sent } = await submit(answered, request, { lookFirst: true, known });
    expect(result).toMatchObject({ details: [{ kind: 'server', mayHaveTakenEffect: false }] });
    expect(sent).toEqual([]);
  });
});

describe('a look before the request', () => {
  const answered = { clusterID: 'cce-1', requestID: 'r-1' };
  const existing: FoundCluster = { clusterID: 'cce-0', clusterPhase: 'deleted', description: '' };
  const lookRefused = new CceApiError({
    method: 'GET',
    path: '/v2/clusters',
    httpStatus: 500,
    code: 'InternalError',
    message: 'down',
  });
  const lookLost = new CceNetworkError({
    method: 'GET',
    path: '/v2/clusters',
    message: 'reset',
    possiblyReceived: true,
  });

  it('happens only if the workflow asks for it', async () => {
    const { result, sent, looks } = await submit(answered, validRequest(), { found: [existing] });
    expect(result).toStrictEqual(answered);
    expect(sent).toHaveLength(1);
    expect(looks).toEqual([]);
  });

  it('lets the request be sent if it finds nothing', async () => {
    const { result, sent, looks } = await submit(answered, validRequest(), { lookFirst: true });
    expect(result).toStrictEqual(answered);
    expect(sent).toHaveLength(1);
    expect(looks).toEqual([validRequest().cluster.clusterName]);
  });

  it('keeps the request from being sent if it finds a cluster of the name', async () => {
    const { result, sent } = await submit(answered, validRequest(), { lookFirst: true, found: [existing] });
    expect(result).toStrictEqual({ found: [existing] });
    expect(sent).toEqual([]);
  });

  it.each([
    ['is refused', lookRefused],
    ['is lost', lookLost],
  ])('keeps the request from being sent if the look %s, and cannot have created a cluster', async (_, found) => {
    const { result, sent } = await submit(answered, validRequest(), { lookFirst: true, found });
    expect(result).toMatchObject({ details: [{ method: 'GET', retryable: true, mayHaveTakenEffect: false }] });
    expect(sent).toEqual([]);
  });
});
