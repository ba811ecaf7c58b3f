import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import type { Role } from '../../http/access/principal.ts';
import { readTokens } from '../../http/access/tokens-file.ts';

const digest = (token: string) => createHash('sha256').update(token).digest('hex');

/** An entry of the tokens file, for the token that {@link bearer} sends. */
export const entry = (name: string, roles: Role[], more: object = {}) => ({
  name,
  sha256: digest(`token of ${name}`.replaceAll(' ', '-')),
  roles,
  scopes: ['default/*'],
  ...more,
});

/** A tokens file with a token for each role, and one for some names only. */
const file = {
  tokens: [
    entry('reader', ['read']),
    entry('operator', ['operate']),
    entry('destroyer', ['destroy']),
    entry('everything', ['read', 'operate', 'destroy']),
    entry('ci', ['read', 'operate', 'destroy'], { names: ['ci-*', 'c*'] }),
  ],
};

/** Knows the tokens of the file. */
export const authenticate = readTokens(stringify(file), 'tokens.yaml');

/** The header of a request with a token. */
export const bearer = (name: string) => ({ authorization: `Bearer token-of-${name}` });
