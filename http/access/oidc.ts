import { getProperty } from 'dot-prop';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  jwtVerify,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
} from 'jose';
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
/** For the discovery and the keys together. */
const lookUpMs = 5_000;
/** The pause after a look-up that has failed: every request would start another one. */
const pauseMs = 2_000;

/**
 * Creates a function that knows who sends a request by a JSON Web Token of one issuer. It finds the keys of the issuer by
 * OpenID Connect Discovery, keeps them for ten minutes, and looks them up again if a token names another key, twice a minute
 * at most. After a look-up that has failed, it asks the issuer nothing for two seconds.
 *
 * The function throws RequestError with 503 while the issuer cannot be asked for its keys: nobody knows then whether the token
 * is valid.
 *
 * @param onRefused Called with the reason for each token that is refused, without anything of the token.
 */
export function createOIDC(settings: OIDCSettings, onRefused: (reason: string) => void = () => {}): Authenticate {
  const { issuer, audience } = settings;
  const keys = createRemoteJWKSet(discoveryURLOf(issuer), {
    timeoutDuration: lookUpMs,
    [customFetch]: withPauses((_url, options) => lookUpKeys(issuer, options)),
  });

  async function keyOf(...token: Parameters<JWTVerifyGetKey>): Promise<Awaited<ReturnType<JWTVerifyGetKey>>> {
    try {
      return await keys(...token);
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

type LookUp = (url: string, options: RequestInit) => Promise<Response>;

/** Makes look-ups fail at once for a while after one has failed, whatever the reason. */
function withPauses(lookUp: LookUp): LookUp {
  let pausedUntilMs = 0;
  return async (url, options) => {
    if (Date.now() < pausedUntilMs) throw new Error('a look-up of the keys has failed a moment ago');
    try {
      return await lookUp(url, options);
    } catch (error) {
      pausedUntilMs = Date.now() + pauseMs;
      throw error;
    }
  };
}

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.url() });

function discoveryURLOf(issuer: string): URL {
  return new URL(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
}

/**
 * Reads the keys of an issuer: https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig. It asks each time
 * where they are, so that an issuer may move them.
 */
async function lookUpKeys(issuer: string, options: RequestInit): Promise<Response> {
  const found = discoverySchema.parse(await readJSON(discoveryURLOf(issuer), options));
  if (found.issuer !== issuer) throw new Error('the issuer names itself otherwise');
  const url = new URL(found.jwks_uri);
  if (!isSafe(url)) throw new Error('the keys of the issuer are not behind TLS');
  const keys = await readJSON(url, options);
  // Throws if they are not keys.
  createLocalJWKSet(keys as JSONWebKeySet);
  return Response.json(keys);
}

async function readJSON(url: URL, options: RequestInit): Promise<unknown> {
  const response = await fetch(url, options);
  if (response.status !== 200) throw new Error(`the issuer answers ${response.status}`);
  return response.json();
}

/** What the claims of a token allow. Anything in them that cannot be read allows nothing. */
function principalOf(
  payload: JWTPayload,
  { issuer, rolesClaim, scopesClaim, namesClaim }: OIDCSettings,
): Principal | undefined {
  const { sub = '', exp = 0 } = payload;
  if (!/^[\x21-\x7e]{1,255}$/.test(sub)) return undefined;
  const given = new Set(textsOf(payload, rolesClaim));
  const parsed = (claim: string) => textsOf(payload, claim).map((text) => scopeSchema.safeParse(text).data);
  const names = namesClaim === undefined ? undefined : textsOf(payload, namesClaim);
  return {
    // No name of the tokens file has a colon.
    name: `oidc:${sub}`,
    identity: `oidc ${issuer} ${sub}`,
    roles: new Set(roles.filter((role) => given.has(role))),
    expiresAtMs: (exp + clockToleranceSeconds) * 1000,
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
