import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOIDC } from '../../http/access/oidc.ts';
import type { Role } from '../../http/access/principal.ts';
import { startAPI, type API } from './api.ts';
import { operationOf } from './hand-made.ts';
import { audience, startIssuer } from './issuer.ts';
import { routes } from './route-table.ts';

const everyRole: Role[] = ['read', 'operate', 'destroy'];
const claims = { kid: 'first', sub: 'alice', roles: everyRole, scopes: ['default/*'] };

describe('a JSON Web Token, on every route', () => {
  let issuer: Awaited<ReturnType<typeof startIssuer>>;
  let api: API;
  beforeAll(async () => {
    issuer = await startIssuer();
    issuer.showKeysAt(issuer.issuer);
    await issuer.addKey('first');
    await issuer.addKey('unpublished', false);
    const settings = { rolesClaim: 'roles', scopesClaim: 'scopes' };
    const authenticate = createOIDC({ issuer: issuer.issuer, audience, ...settings });
    api = await startAPI({ operations: [operationOf('ci-1'), operationOf('prod')], authenticate, longestStreamMs: 1 });
  });
  afterAll(async () => {
    await api.close();
    await issuer.stop();
  });

  it.each(routes)('with the role %s for %s %s', async (role, method, path, payload) => {
    const ask = async (more: object, scope = 'default/bj') => {
      const token = await issuer.sign({ ...claims, ...more });
      const { statusCode } = await api.inject({
        method,
        url: `/v1/${scope}${path}`,
        headers: { authorization: `Bearer ${token}` },
        ...(payload !== undefined && { payload }),
      });
      return statusCode;
    };
    const before = api.calls().length;
    const refused = {
      expired: await ask({ exp: Math.floor(Date.now() / 1000) - 60 }),
      'of another issuer': await ask({ iss: 'https://evil.example' }),
      'for another audience': await ask({ aud: 'other' }),
      'signed by somebody else': await ask({ kid: 'unpublished' }),
      'without the role': await ask({ roles: everyRole.filter((other) => other !== role) }),
      'without roles': await ask({ roles: undefined }),
      'for a foreign scope': await ask({}, 'prod/bj'),
      'for no scope': await ask({ scopes: undefined }),
    };
    expect(refused).toEqual({
      expired: 401,
      'of another issuer': 401,
      'for another audience': 401,
      'signed by somebody else': 401,
      'without the role': 403,
      'without roles': 403,
      'for a foreign scope': 403,
      'for no scope': 403,
    });
    expect(api.calls()).toHaveLength(before);
    expect(await ask({})).toBeLessThan(300);
  });
});
