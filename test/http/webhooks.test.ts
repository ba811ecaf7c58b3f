import { afterEach, describe, expect, it } from 'vitest';
import type { WebhookSettings } from '../../client/index.ts';
import { startAPI, type API } from './api.ts';
import { operationOf, runID, webhooksOf } from './hand-made.ts';
import { authenticate, bearer } from './tokens.ts';

const base = '/v1/default/bj';
const settings = { url: 'https://receiver.example/hidden?token=hidden', secret: { fromEnv: 'CCE_WEBHOOK_SECRET' } };
const operations = [operationOf('ci-1'), operationOf('prod')];

let api: API;
const ask = async (
  method: 'GET' | 'PUT' | 'POST' | 'DELETE',
  path: string,
  payload?: object,
  as?: string,
  registered?: Partial<WebhookSettings>,
) => {
  api = await startAPI({
    operations,
    ...(as !== undefined && { authenticate }),
    ...(registered !== undefined && { orchestrator: { webhooks: webhooksOf({ ...settings, ...registered }) } }),
  });
  const headers = as === undefined ? {} : bearer(as);
  return api.inject({ method, url: `${base}${path}`, headers, ...(payload !== undefined && { payload }) });
};
afterEach(() => api.close());

describe('a webhook over HTTP', () => {
  it('is set with its defaults, and shows nothing of its URL but the host, also in the audit', async () => {
    const answer = await ask('PUT', '/webhooks/ci-1', { ...settings, events: ['ended'], batch: 'nightly' });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      name: `${base}/webhooks/ci-1`,
      webhook: 'ci-1',
      url: 'https://receiver.example/…',
      format: 'json',
      secret: { fromEnv: 'CCE_WEBHOOK_SECRET' },
      events: ['ended'],
      batch: 'nightly',
      startedAt: '2026-11-28T01:00:00.000Z',
    });
    const given = { ...settings, format: 'json', events: ['ended'], batch: 'nightly' };
    expect(api.calls()).toContainEqual(['webhooks.set', 'ci-1', given]);
    expect(api.log()).toContainEqual(
      expect.objectContaining({ audit: true, change: 'set webhook', name: 'ci-1', host: 'receiver.example' }),
    );
    expect(JSON.stringify(api.log())).not.toContain('hidden');
  });

  it.each([`create~ci-1~${runID}`, `${base}/operations/create~ci-1~${runID}`])(
    'is for the operation %s',
    async (operation) => {
      const answer = await ask('PUT', '/webhooks/ci-1', { ...settings, operation });
      expect(answer.json()).toMatchObject({ operation: `${base}/operations/create~ci-1~${runID}` });
      const reference = { workflowID: 'cce:default:bj:ci-1', runID };
      expect(api.calls()).toContainEqual([
        'webhooks.set',
        'ci-1',
        { ...settings, format: 'json', operation: reference },
      ]);
    },
  );

  it.each([
    [{ ...settings, operation: `/v1/default/gz/operations/create~ci-1~${runID}` }, 404],
    [{ ...settings, operation: `create~ci-9~${runID}` }, 404],
    [{ ...settings, operation: 'batch~nightly' }, 400],
    [{ ...settings, operation: 'something' }, 400],
    [{ ...settings, event: ['ended'] }, 400],
    [{ ...settings, events: ['started'] }, 400],
    [{ ...settings, format: 'xml' }, 400],
    [{ ...settings, secret: 'whsec_in-clear-text' }, 400],
    [{ secret: settings.secret }, 400],
    [[settings], 400],
  ])('refuses %j with %i', async (body, status) => {
    expect((await ask('PUT', '/webhooks/ci-1', body)).statusCode).toBe(status);
    expect(api.calls().map(([method]) => method)).not.toContain('webhooks.set');
    expect(JSON.stringify(api.log())).not.toContain('in-clear-text');
  });

  it('shows what it has not delivered', async () => {
    const answer = await ask('GET', '/webhooks/ci-1');
    expect(answer.json()).toMatchObject({
      url: 'https://receiver.example/…',
      undelivered: [{ state: 'parked', event: { id: 'evt_ci-1' } }, { event: { id: 'evt_prod' } }],
    });
    expect(answer.body).not.toContain('hidden');
  });

  it.each([
    ['GET', '/webhooks/other'],
    ['DELETE', '/webhooks/other'],
    ['POST', '/webhooks/other/retry'],
  ] as const)('that does not exist answers %s %s with 404', async (method, path) => {
    const answer = await ask(method, path);
    expect(answer.json()).toMatchObject({ status: 404, code: 'WebhookNotFoundError' });
  });

  it('is removed, and delivers again what is parked', async () => {
    expect((await ask('DELETE', '/webhooks/ci-1')).json()).toEqual({ removed: true });
    await api.close();
    expect((await ask('POST', '/webhooks/ci-1/retry')).json()).toEqual({ retried: 2 });
  });

  describe('for a token that is for some names', () => {
    it('may be for an operation on one of them, and for nothing else', async () => {
      const setAs = async (body: object) => {
        const { statusCode } = await ask('PUT', '/webhooks/ci-2', { ...settings, ...body }, 'ci');
        await api.close();
        return statusCode;
      };
      expect(await setAs({ operation: `create~ci-1~${runID}` })).toBe(200);
      expect(await setAs({ operation: `create~prod~${runID}` })).toBe(404);
      expect(await setAs({})).toBe(403);
      expect(await setAs({ batch: 'ci-1' })).toBe(403);
    });

    const ofOperation = (workflowID: string) => ({ operation: { workflowID, runID } });
    it.each<[string, number, Partial<WebhookSettings>]>([
      ['all names', 403, {}],
      ['a batch', 403, { batch: 'ci-1' }],
      ['an operation on another name', 403, ofOperation('cce:default:bj:prod')],
      ['an operation that Temporal has forgotten', 403, ofOperation('cce:default:bj:ci-5')],
      ['an operation on one of them', 200, ofOperation('cce:default:bj:ci-1')],
    ])('that is for %s is changed, removed and delivered again with %i', async (_, status, registered) => {
      for (const [method, path, body] of [
        ['PUT', '/webhooks/ci-1', { ...settings, operation: `create~ci-1~${runID}` }],
        ['POST', '/webhooks/ci-1/retry', undefined],
        ['DELETE', '/webhooks/ci-1', undefined],
      ] as const) {
        expect((await ask(method, path, body, 'ci', registered)).statusCode).toBe(status);
        const changes = api.calls().filter(([call]) => /^webhooks\.(set|retry|remove)$/.test(call));
        expect(changes).toHaveLength(status === 200 ? 1 : 0);
        await api.close();
        expect((await ask(method, path, body, 'everything', registered)).statusCode).toBe(200);
        await api.close();
      }
    });

    it('that nobody knows any more is neither removed nor delivered again', async () => {
      expect((await ask('DELETE', '/webhooks/ci-9', undefined, 'ci')).statusCode).toBe(404);
      await api.close();
      expect((await ask('POST', '/webhooks/ci-9/retry', undefined, 'ci')).statusCode).toBe(404);
      expect(api.calls().map(([method]) => method)).not.toContain('webhooks.retry');
    });

    it('shows itself and what is undelivered of those names only', async () => {
      const listed = await ask('GET', '/webhooks', undefined, 'ci');
      expect(listed.json<{ webhooks: { webhook: string }[] }>().webhooks.map(({ webhook }) => webhook)).toEqual([
        'ci-1',
      ]);
      await api.close();
      const { undelivered } = (await ask('GET', '/webhooks/ci-1', undefined, 'ci')).json<{ undelivered: object[] }>();
      expect(undelivered).toMatchObject([{ event: { id: 'evt_ci-1' } }]);
    });
  });
});
