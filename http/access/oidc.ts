import { getProperty } from 'dot-prop';
import { createRemoteJWKSet, customFetch, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { nameMatcher } from '../../client/index.ts';
import { isSafe } from '../configuration.ts';
import { RequestError } from '../request-error.ts';
import type { Authenticate } from './authorize.ts';
import type { OIDCSettings } from './oidc-settings.ts';
import { patternSchema, scopeSchema } from './patterns.ts';
import { roles, type Principal } from './principal.ts';

/** Only signatures whose keys nobody has but the issuer: none by a shared secret, and not `none`. */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
/** The clocks of the issuer and this server may differ by this much. */
const clockToleranceSeconds = 30;
const discoveryMs = 5_000;
/** The pause after the issuer could not be reached: every request would try again. */
const pauseMs = 2_000;

/**
 * Creates a function that knows who sends a request by a JSON Web Token of one issuer. It finds the keys of the issuer by
 * OpenID Connect Discovery, keeps them for ten minutes, and reads them again if a token names another key, twice a minute at
 * most.
 *
 * The function throws RequestError with 503 while the issuer cannot be asked for its keys: nobody knows then whether the token
 * is valid.
 *
 * @param onRefused Called with the reason for each token that is refused, without anything of the token.
 */
export function createOIDC(settings: OIDCSettings, onRefused: (reason: string) => void = () => {}): Authenticate {
  const { issuer, audience } = settings;
  const fetchKeys = createFetch();
  let keys: Promise<JWTVerifyGetKey> | undefined;

  async function keyOf(...token: Parameters<JWTVerifyGetKey>): Promise<Awaited<ReturnType<JWTVerifyGetKey>>> {
    try {
      keys ??= discoverKeys(issuer, fetchKeys).catch((error: unknown) => {
        keys = undefined;
        throw error;
      });
      return await (
        await keys
      )(...token);
    } catch (error) {
      if (isRefusal(error)) throw error;
      const failure = new RequestError(
        503,
        'IssuerUnreachable',
        'the issuer of the token cannot be asked for its keys',
      );
      // For the log only.
      failure.cause = error;
      throw failure;
    }
  }

  return async (authorization) => {
    const [, token] = /^Bearer +([\w-]+\.[\w-]+\.[\w-]*)$/i.exec(authorization ?? '') ?? [];
    if (token === undefined || token.length > 8192) return undefined;
    try {
      const { payload } = await jwtVerify(token, keyOf, {
        issuer,
        audience,
        algorithms,
        requiredClaims: ['exp', 'sub'],
        clockTolerance: clockToleranceSeconds,
      });
      return principalOf(payload, settings);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      onRefused('claim' in error ? `${error.code} ${String(error.claim)}` : error.code);
      return undefined;
    }
  };
}

/** Whether an error says that the token is invalid, and not that its keys could not be read. */
function isRefusal(error: unknown): error is errors.JOSEError {
  return (
    error instanceof errors.JOSEError &&
    !(error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid || error.code === 'ERR_JOSE_GENERIC')
  );
}

/** Creates a fetch that fails at once for a while after it has failed. */
function createFetch() {
  let pausedUntilMs = 0;
  return async (url: string, options: RequestInit): Promise<Response> => {
    if (Date.now() < pausedUntilMs) throw new Error('the issuer could not be reached a moment ago');
    try {
      const response = await fetch(url, options);
      if (response.status !== 200) throw new Error(`the issuer answers ${response.status}`);
      return response;
    } catch (error) {
      pausedUntilMs = Date.now() + pauseMs;
      throw error;
    }
  };
}

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.url() });

/** Finds the keys of an issuer: https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig */
async function discoverKeys(issuer: string, fetchKeys: ReturnType<typeof createFetch>): Promise<JWTVerifyGetKey> {
  const response = await fetchKeys(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
    redirect: 'manual',
    signal: AbortSignal.timeout(discoveryMs),
  });
  const found = discoverySchema.parse(await response.json());
  if (found.issuer !== issuer) throw new Error('the issuer names itself otherwise');
  const url = new URL(found.jwks_uri);
  if (!isSafe(url)) throw new Error('the keys of the issuer are not behind TLS');
  return createRemoteJWKSet(url, { [customFetch]: fetchKeys });
}

/** What the claims of a token allow. Anything in them that cannot be read allows nothing. */
function principalOf(
  payload: JWTPayload,
  { rolesClaim, scopesClaim, namesClaim }: OIDCSettings,
): Principal | undefined {
  const { sub = '' } = payload;
  if (!/^[\x21-\x7e]{1,255}$/.test(sub)) return undefined;
  const given = new Set(textsOf(payload, rolesClaim));
  const parsed = (claim: string) => textsOf(payload, claim).map((text) => scopeSchema.safeParse(text).data);
  const names = namesClaim === undefined ? undefined : textsOf(payload, namesClaim);
  return {
    // No name of the tokens file has a colon.
    name: `oidc:${sub}`,
    roles: new Set(roles.filter((role) => given.has(role))),
    scopes:
      scopesClaim === undefined
        ? [{ account: () => true, region: () => true }]
        : parsed(scopesClaim).filter((scope) => scope !== undefined),
    ...(names !== undefined && {
      names: names.filter((text) => patternSchema.safeParse(text).success).map((pattern) => nameMatcher(pattern)),
    }),
  };
}

/** The texts of a claim: a list, or one text with blanks between. The claim may be a path, such as `realm_access.roles`. */
function textsOf(payload: JWTPayload, claim: string): string[] {
  const value: unknown = Object.hasOwn(payload, claim) ? payload[claim] : getProperty(payload, claim);
  if (typeof value === 'string') return value.split(' ').filter((text) => text !== '');
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : [];
}
