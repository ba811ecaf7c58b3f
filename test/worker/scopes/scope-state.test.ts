import type { MetricMeter } from '@temporalio/common';
import { describe, expect, it, vi } from 'vitest';
import { CceApiError } from '../../../cce/cce-api-error.ts';
import { CceNetworkError } from '../../../cce/cce-network-error.ts';
import type { CceClient } from '../../../cce/client.ts';
import { CredentialsError } from '../../../worker/credentials/document.ts';
import { createScopeState, withState } from '../../../worker/scopes/scope-state.ts';
import { recordingLogger } from '../../recording-logger.ts';

const scope = { account: 'a', region: 'bj' };
const sent = { method: 'GET', path: '/v2/clusters' };

const answerOf = (httpStatus: number, code: string) => new CceApiError({ ...sent, httpStatus, code, message: 'no' });
const notSent = (cause?: Error) =>
  new CceNetworkError({ ...sent, message: 'not sent', possiblyReceived: false, ...(cause && { cause }) });

function stage() {
  const { logger, entries } = recordingLogger();
  const values: number[] = [];
  const gauge = { set: (value: number) => void values.push(value) };
  const meter: MetricMeter = { withTags: () => meter, createGauge: () => gauge } as unknown as MetricMeter;
  const state = createScopeState(scope, meter, logger);
  const listClusters = vi.fn();
  const client = withState({ listClusters } as unknown as CceClient, state);
  const call = async (answer: Error | 'good') => {
    if (answer === 'good') listClusters.mockResolvedValueOnce({});
    else listClusters.mockRejectedValueOnce(answer);
    await client.listClusters({}).catch((error: unknown) => expect(error).toBe(answer));
  };
  return { state, call, entries, values };
}

describe('the state of an account and region', () => {
  it('follows what its calls say of the keys', async () => {
    const { state, call, values } = stage();
    expect(state.status()).toEqual({ ...scope, state: 'starting' });
    await call('good');
    expect(state.status()).toEqual({ ...scope, state: 'working' });
    await call(answerOf(401, 'IamSignatureInvalid'));
    expect(state.status()).toEqual({ ...scope, state: 'refused', reason: '401 IamSignatureInvalid' });
    await call('good');
    await call(notSent(new CredentialsError('the file is missing')));
    expect(state.status()).toEqual({ ...scope, state: 'refused', reason: 'CredentialsError' });
    expect(values).toEqual([0, 1, 0, 1, 0]);
  });

  it.each([
    ['a right that one call lacks', answerOf(403, 'AccessDenied')],
    ['a throttled call', answerOf(429, 'RequestLimitExceeded')],
    ['a fault of the service', answerOf(500, 'InternalError')],
    ['a lost connection', notSent()],
  ])('does not change by %s', async (_, error) => {
    const { state, call } = stage();
    await call('good');
    await call(error);
    expect(state.status().state).toBe('working');
  });

  it('is logged when it changes, and with its account', async () => {
    const { call, entries } = stage();
    await call('good');
    await call('good');
    await call(answerOf(401, 'IamSignatureInvalid'));
    await call(answerOf(401, 'IamSignatureInvalid'));
    expect(entries).toMatchObject([
      { level: 'INFO', ...scope },
      { level: 'ERROR', ...scope, error: { code: 'IamSignatureInvalid' } },
    ]);
  });

  it('says nothing any more once the account is not served', async () => {
    const { state, call, entries, values } = stage();
    state.end();
    await call('good');
    expect(entries).toEqual([]);
    expect(values).toEqual([0, NaN]);
  });
});
