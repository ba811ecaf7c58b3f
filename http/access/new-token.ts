import { randomBytes } from 'node:crypto';
import { stringify } from 'yaml';
import { digestOf } from './tokens-file.ts';

/** A new token and its entry for the tokens file. */
export interface NewToken {
  token: string;
  entry: { name: string; sha256: string; roles: string[]; scopes: string[] };
}

/** Makes a token. Nobody can compute it from its entry. The prefix lets scanners of secrets find one that has leaked. */
export function newToken(name: string): NewToken {
  const token = `cce_${randomBytes(32).toString('base64url')}`;
  const sha256 = digestOf(token).toString('hex');
  return { token, entry: { name, sha256, roles: ['read', 'operate', 'destroy'], scopes: ['*/*'] } };
}

/** What people read of a new token. */
export function newTokenText({ token, entry }: NewToken): string {
  return [
    `# The token, which is shown only once:`,
    token,
    '',
    '# Its entry for the file of CCE_HTTP_TOKENS_FILE. Remove roles, and narrow the scopes, as far as you can:',
    stringify({ tokens: [entry] }).trimEnd(),
  ].join('\n');
}
