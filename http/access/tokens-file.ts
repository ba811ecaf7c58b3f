import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { ConfigurationError, nameMatcher } from '../../client/index.ts';
import { parseFile } from '../parse-file.ts';
import { patternSchema, scopeSchema } from './patterns.ts';
import { roles, type Principal } from './principal.ts';

/** Finds the principal of a token, from the header `Authorization`. */
export type FindPrincipal = (authorization: string | undefined) => Principal | undefined;

const fileSchema = z.strictObject({
  tokens: z
    .array(
      z.strictObject({
        name: z
          .string()
          .regex(/^[A-Za-z0-9._@-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, dashes, underscores or @'),
        sha256: z
          .string()
          .regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 digest in lower-case hex; cce-server token NAME prints one'),
        roles: z.array(z.enum(roles)).min(1),
        scopes: z.array(scopeSchema).min(1),
        names: z.array(patternSchema).min(1).optional(),
      }),
    )
    .min(1),
});

/**
 * Reads the tokens file, which holds digests of the tokens and never a token. docs/http.md describes it.
 *
 * @param path For messages.
 * @throws ConfigurationError with all problems at once
 */
export function readTokens(text: string, path: string): FindPrincipal {
  const { tokens } = parseFile(text, path, fileSchema);
  const repeated = (['name', 'sha256'] as const).filter(
    (key) => new Set(tokens.map((token) => token[key])).size < tokens.length,
  );
  if (repeated.length > 0)
    throw new ConfigurationError(repeated.map((key) => `${path}: two tokens have the same ${key}`));
  return authenticateBy(
    tokens.map(({ name, sha256, scopes, names, ...token }) => ({
      digest: Buffer.from(sha256, 'hex'),
      principal: {
        name,
        identity: `token ${name}`,
        roles: new Set(token.roles),
        scopes,
        ...(names !== undefined && { names: names.map((pattern) => nameMatcher(pattern)) }),
      },
    })),
  );
}

function authenticateBy(entries: readonly { digest: Buffer; principal: Principal }[]): FindPrincipal {
  return (authorization) => {
    const [, token] = /^Bearer +([\x21-\x7e]{1,512})$/i.exec(authorization ?? '') ?? [];
    if (token === undefined) return undefined;
    const digest = digestOf(token);
    let found: Principal | undefined;
    // Compares with all, so that the time tells nothing of the position or the digest.
    for (const entry of entries) if (timingSafeEqual(entry.digest, digest)) found = entry.principal;
    return found;
  };
}

/** The digest of a token. A token has 256 random bits, so it needs no slow hash and no salt. */
export function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
