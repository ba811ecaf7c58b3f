import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Authenticate } from '../../http/access/authorize.ts';
import { createOIDC } from '../../http/access/oidc.ts';
import { startAPI, type API } from './api.ts';
import { operationOf } from './hand-made.ts';
import { audience, startIssuer } from './issuer.ts';

const base = { kid: 'first', sub: 'auth0|alice' };

const text = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const now = () => Math.floor(Date.now() / 1000);

describe('a JSON Web Token', () => {
  let issuer: Awaited<ReturnType<typeof startIssuer>>;
  let api: API;
  let authenticate: Authenticate;
  const refusals: string[] = [];

  beforeAll(async () => {
    issuer = await startIssuer();
    await issuer.addKey('first');
    await issuer.addKey('unpublished', false);
    api = await startAPI({
      operations: [operationOf('ci-1'), operationOf('prod')],
      authenticate: (authorization) => authenticate(authorization),
    });
  });
  beforeEach(() => {
    authenticate = createOIDC(settings(), (reason) => refusals.push(reason));
    refusals.splice(0);
    issuer.asked.splice(0);
    issuer.answer(200);
    issuer.showKeysAt(issuer.issuer);
    issuer.pages.clear();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });
  afterAll(async () => {
    await api.close();
    await issuer.stop();
  });

  const settings = (more = {}) => ({ issuer: issuer.issuer, audience, rolesClaim: 'roles', ...more });
  const ask = (token: string, path = '/v1/default/bj/clusters', method: 'GET' | 'DELETE' = 'GET') =>
    api.inject({ method, url: path, headers: { authorization: `Bearer ${token}` } });
  const statusOf = async (claims: Record<string, unknown>, ...more: [path?: string, method?: 'GET' | 'DELETE']) =>
    (await ask(await issuer.sign({ ...base, ...claims }), ...more)).statusCode;

  it('has the roles of its claim, and a name that no token of the file can have', async () => {
    expect(await statusOf({ roles: ['read', 'admin'] })).toBe(200);
    expect(api.log().at(-1)).toMatchObject({ who: 'oidc:auth0|alice' });
    expect(await statusOf({ roles: ['read'] }, '/v1/default/bj/clusters/ci-1', 'DELETE')).toBe(403);
    expect(await statusOf({ roles: 'read destroy' }, '/v1/default/bj/clusters/ci-1', 'DELETE')).toBe(202);
    for (const roles of [undefined, 7, [], ['Read'], { read: true }]) expect(await statusOf({ roles })).toBe(403);
    // One look for all of them.
    expect(issuer.asked).toEqual(['/.well-known/openid-configuration', '/keys']);
  });

  it('ends a stream of events when it expires, with the time by which clocks may differ', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const endsAtMs = (now() + 1) * 1000;
    vi.setSystemTime(endsAtMs - 20);
    const token = await signed({ exp: endsAtMs / 1000 - 30 });
    expect(await authenticate(`Bearer ${token}`)).toMatchObject({ expiresAtMs: endsAtMs });
    const { statusCode, body } = await ask(token, '/v1/default/bj/events');
    expect([statusCode, body]).toEqual([200, expect.stringContaining('data: ')]);
  });

  it('may have its roles in a claim within others, or in one whose name has dots', async () => {
    authenticate = createOIDC(settings({ rolesClaim: 'realm_access.roles' }));
    expect(await statusOf({ realm_access: { roles: ['read'] } })).toBe(200);
    expect(await statusOf({ roles: ['read'] })).toBe(403);
    authenticate = createOIDC(settings({ rolesClaim: 'https://example.com/roles' }));
    expect(await statusOf({ 'https://example.com/roles': ['read'] })).toBe(200);
  });

  it('is for the scopes and names of its claims, if these are set up', async () => {
    authenticate = createOIDC(settings({ scopesClaim: 'scopes', namesClaim: 'names' }));
    const roles = ['read', 'destroy'];
    const rights = { roles, scopes: ['default/*', 'prod', 'x/('], names: ['ci-*', '('] };
    expect(await statusOf(rights)).toBe(200);
    expect(await statusOf(rights, '/v1/prod/bj/clusters')).toBe(403);
    expect(await statusOf(rights, '/v1/default/bj/clusters/ci-1')).toBe(200);
    expect(await statusOf(rights, '/v1/default/bj/clusters/prod')).toBe(403);
    expect(await statusOf({ roles, names: ['*'] })).toBe(403);
    expect(await statusOf({ roles, scopes: ['*/*'] }, '/v1/default/bj/clusters/ci-1')).toBe(403);
  });

  it.each<[what: string, tokenOf: () => string | Promise<string>, reason?: string | undefined]>([
    ['that has expired', () => issuer.sign({ ...base, exp: now() - 60 }), 'ERR_JWT_EXPIRED exp'],
    ['that never expires', () => signed({ exp: null }), 'ERR_JWT_CLAIM_VALIDATION_FAILED exp'],
    ['that is not valid yet', () => issuer.sign({ ...base, nbf: now() + 60 }), 'ERR_JWT_CLAIM_VALIDATION_FAILED nbf'],
    ['of another issuer', () => issuer.sign({ ...base, iss: 'https://other' }), 'ERR_JWT_CLAIM_VALIDATION_FAILED iss'],
    ['for another audience', () => issuer.sign({ ...base, aud: 'shop' }), 'ERR_JWT_CLAIM_VALIDATION_FAILED aud'],
    ['of nobody', () => signed({ sub: undefined }), 'ERR_JWT_CLAIM_VALIDATION_FAILED sub'],
    ['of somebody with a blank', () => signed({ sub: 'a b' }), undefined],
    ['without a signature', () => unsigned('none', ''), 'ERR_JOSE_ALG_NOT_ALLOWED'],
    ['signed by a shared secret', () => unsigned('HS256', text({})), 'ERR_JOSE_ALG_NOT_ALLOWED'],
    ['with an unknown key', () => issuer.sign({ ...base, kid: 'unpublished' }), 'ERR_JWKS_NO_MATCHING_KEY'],
    [
      'with the signature of another',
      async () => `${(await signed({})).slice(0, -9)}${text({ a: 1 }).slice(0, 9)}`,
      '',
    ],
    ['that is none', () => `${text({})}.${text({})}.x`, ''],
    ['that is too long', () => signed({ more: 'x'.repeat(9_000) }), undefined],
  ])('%s is refused with 401', async (_, tokenOf, reason) => {
    const before = api.calls().length;
    const { statusCode, headers, body } = await ask(await tokenOf());
    expect([statusCode, headers['www-authenticate']]).toEqual([401, 'Bearer']);
    expect(body).not.toMatch(/ERR_|auth0/);
    expect(refusals).toHaveLength(reason === undefined ? 0 : 1);
    if (reason) expect(refusals).toEqual([reason]);
    expect(api.calls()).toHaveLength(before);
  });

  const signed = (more: object) => issuer.sign({ ...base, roles: ['read'], ...more });
  const unsigned = (alg: string, signature: string) => {
    const claims = { iss: issuer.issuer, aud: audience, exp: now() + 60, sub: 'mallory', roles: ['read'] };
    return `${text({ alg, kid: 'first' })}.${text(claims)}.${signature}`;
  };

  it('is known by a key that the issuer has added since', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    expect(await statusOf({ roles: ['read'] })).toBe(200);
    await issuer.addKey('second');
    const second = await issuer.sign({ ...base, kid: 'second', roles: ['read'] });
    vi.setSystemTime(Date.now() + 31_000);
    expect((await ask(second)).statusCode).toBe(200);
    expect(issuer.asked.filter((url) => url === '/keys')).toHaveLength(2);
  });

  it('is answered with 503 while the issuer cannot be asked, and with 200 after it', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const token = await signed({ exp: now() + 3_600 });
    issuer.answer(500);
    for (let request = 0; request < 3; request++) {
      const { statusCode, headers, body } = await ask(token);
      expect([statusCode, headers['retry-after']]).toEqual([503, '5']);
      expect(JSON.parse(body)).toMatchObject({ code: 'IssuerUnreachable' });
    }
    // Not for each request.
    expect(issuer.asked).toHaveLength(1);
    expect((await ask(token, '/healthz')).statusCode).toBe(200);
    issuer.answer(200);
    vi.setSystemTime(Date.now() + 3_000);
    expect((await ask(token)).statusCode).toBe(200);
    // What is known stays known, also while the keys for others cannot be read.
    issuer.answer(500);
    vi.setSystemTime(Date.now() + 60_000);
    expect((await ask(await issuer.sign({ ...base, kid: 'unpublished' }))).statusCode).toBe(503);
    expect((await ask(token)).statusCode).toBe(200);
  });

  const discovery = '/.well-known/openid-configuration';
  it.each<[what: string, spoil: () => unknown, asked: string[]]>([
    ['a page that is not JSON', () => issuer.pages.set(discovery, '<h1>Maintenance</h1>'), [discovery]],
    [
      'another issuer',
      () =>
        issuer.pages.set(
          discovery,
          JSON.stringify({ issuer: 'https://other.example', jwks_uri: `${issuer.issuer}/keys` }),
        ),
      [discovery],
    ],
    ['keys that others could change', () => issuer.showKeysAt('http://keys.example'), [discovery]],
    ['a body that does not come', () => issuer.pages.set(discovery, ''), [discovery]],
    ['keys that are not JSON', () => issuer.pages.set('/keys', '<h1>Maintenance</h1>'), [discovery, '/keys']],
    ['keys that are not a key set', () => issuer.pages.set('/keys', '{"keys":7}'), [discovery, '/keys']],
    ['keys that do not come', () => issuer.pages.set('/keys', ''), [discovery, '/keys']],
  ])('is answered with 503 after one look-up in two seconds if the issuer shows %s', async (_, spoil, asked) => {
    vi.useFakeTimers({ toFake: ['Date'] });
    endLookUpsInBodies();
    const token = await signed({ exp: now() + 3_600 });
    spoil();
    for (let request = 0; request < 3; request++) expect((await ask(token)).statusCode).toBe(503);
    expect(issuer.asked).toEqual(asked);
    vi.restoreAllMocks();
    issuer.pages.clear();
    issuer.showKeysAt(issuer.issuer);
    vi.setSystemTime(Date.now() + 3_000);
    expect((await ask(token)).statusCode).toBe(200);
  });

  /** Lets the time of a look-up end while it reads a body that does not come. */
  function endLookUpsInBodies() {
    const { fetch } = globalThis;
    let lookUp = new AbortController();
    vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => (lookUp = new AbortController()).signal);
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (url, options) => {
      const response = await fetch(url, options);
      if (issuer.pages.get(new URL(response.url).pathname) === '') {
        setImmediate(() => lookUp.abort(new DOMException('it took too long', 'TimeoutError')));
      }
      return response;
    });
  }

  it('is known by keys that the issuer has moved', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const token = await signed({ exp: now() + 3_600 });
    expect((await ask(token)).statusCode).toBe(200);
    issuer.showKeysAt(`${issuer.issuer}/moved`);
    issuer.pages.set('/moved/keys', issuer.keys());
    issuer.pages.set('/keys', '{}');
    vi.setSystemTime(Date.now() + 601_000);
    expect((await ask(token)).statusCode).toBe(200);
  });

  it('is answered with 503 if the issuer calls itself by another URL', async () => {
    authenticate = createOIDC(settings({ issuer: `${issuer.issuer}/` }));
    expect((await ask(await signed({}))).statusCode).toBe(503);
  });
});
