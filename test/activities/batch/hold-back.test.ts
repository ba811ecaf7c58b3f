import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { describe, expect, it, vi } from 'vitest';
import { holdBack } from '../../../activities/batch/hold-back.ts';
import { CceApiError } from '../../../cce/cce-api-error.ts';
import { CceNetworkError } from '../../../cce/cce-network-error.ts';
import type { StartItemsInput, StartedItems } from '../../../contract/batch/activities.ts';

const input = { upload: { name: 'a-batch' }, indices: [0] } as unknown as StartItemsInput;
const answer = { started: [], refused: [] };
const call = { method: 'GET', path: '/v2/clusters' };
const refusal = (httpStatus: number, code: string) => new CceApiError({ ...call, httpStatus, code, message: 'no' });

/** Starts items with a service that answers each look so, and counts the looks. */
function starter(looks: readonly (Error | undefined)[]) {
  const listClusters = vi.fn(async () => {
    const error = looks[listClusters.mock.calls.length - 1];
    if (error !== undefined) throw error;
    return { clusterPage: {} } as never;
  });
  const startItems = holdBack(async () => answer, { listClusters });
  const run = (attempt = 1) => {
    const environment = new MockActivityEnvironment({ attempt }, { logger: new DefaultLogger('ERROR') });
    return environment.run(startItems, input) as Promise<StartedItems>;
  };
  return { run, listClusters };
}

describe('the items of a batch', () => {
  it.each([
    ['keys', refusal(403, 'SignatureDoesNotMatch')],
    ['keys', refusal(403, 'RequestExpired')],
    ['rights', refusal(403, 'AccessDenied')],
    ['service', refusal(503, 'Unavailable')],
    ['service', new CceNetworkError({ ...call, message: 'refused', possiblyReceived: false })],
  ])('are held back for %s while the service answers with %o', async (reason, error) => {
    const { run } = starter([error, undefined]);
    expect(await run()).toMatchObject({ started: [], waitsFor: { reason, message: error.message } });
    expect(await run()).toBe(answer);
  });

  it.each([refusal(429, 'TooMany'), refusal(404, 'NotFound'), new Error('the budget is full')])(
    'are started in spite of %o, which says nothing about them',
    async (error) => {
      expect(await starter([error]).run()).toBe(answer);
    },
  );

  it('are started without another look soon after a good answer', async () => {
    const { run, listClusters } = starter([undefined, refusal(503, 'Unavailable')]);
    await run();
    expect(await run()).toBe(answer);
    expect(listClusters).toHaveBeenCalledOnce();
  });

  it('are started by a repeated attempt, since the first may have started some', async () => {
    expect(await starter([refusal(503, 'Unavailable')]).run(2)).toBe(answer);
  });
});
