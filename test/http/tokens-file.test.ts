import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { ConfigurationError } from '../../client/index.ts';
import { loadTokens } from '../../http/access/load-tokens.ts';
import { newToken } from '../../http/access/new-token.ts';
import type { Role } from '../../http/access/principal.ts';
import { readTokens } from '../../http/access/tokens-file.ts';
import { bearer, entry } from './tokens.ts';

describe('the tokens file', () => {
  it('takes the entry that comes with a new token, and knows that token', () => {
    const { token, entry: made } = newToken('ci');
    const authenticate = readTokens(stringify({ tokens: [made] }), 'tokens.yaml');
    expect(authenticate(`Bearer ${token}`)?.name).toBe('ci');
    expect(authenticate(`bearer ${token}`)?.name).toBe('ci');
    expect(authenticate(`Bearer ${token}x`)).toBeUndefined();
    expect(JSON.stringify(made)).not.toContain(token);
  });

  it.each<[string, unknown, RegExp]>([
    [
      'a digest that is none',
      { tokens: [{ ...entry('a', ['read']), sha256: 'secret' }] },
      /tokens\[0\]\.sha256 must be a SHA-256/,
    ],
    ['an unknown role', { tokens: [entry('a', ['admin' as Role])] }, /tokens\[0\]\.roles\[0\]/],
    [
      'a scope without a region',
      { tokens: [entry('a', ['read'], { scopes: ['prod'] })] },
      /scopes\[0\] "prod" must be a pattern/,
    ],
    [
      'a pattern that may mean something else',
      { tokens: [entry('a', ['read'], { names: ['ci-.*'] })] },
      /names\[0\].*\.\*/,
    ],
    ['a misspelt key', { tokens: [entry('a', ['read'], { name_patterns: [] })] }, /name_patterns/],
    ['no tokens', { tokens: [] }, /tokens/],
    [
      'two of one name',
      { tokens: [entry('a', ['read']), { ...entry('b', ['read']), name: 'a' }] },
      /two tokens have the same name/,
    ],
    ['something else', 'hello', /expected object/],
  ])('is refused with %s', (_, content, reason) => {
    expect(() => readTokens(stringify(content), 'tokens.yaml')).toThrow(reason);
  });

  it('is refused without a word of it if it is not YAML', () => {
    expect(() => readTokens('tokens: [secret', 'tokens.yaml')).toThrow(
      /^the configuration is invalid:\n- tokens\.yaml is not valid YAML$/,
    );
  });

  it('is read again when it changes, and an invalid or missing one changes nothing', () => {
    vi.useFakeTimers();
    const folder = mkdtempSync(join(tmpdir(), 'cce-tokens-'));
    const path = join(folder, 'tokens.yaml');
    writeFileSync(path, stringify({ tokens: [entry('old', ['read'])] }));
    const reloads: unknown[] = [];
    const tokens = loadTokens(path, (error) => reloads.push(error));
    const who = (name: string) => tokens.authenticate(bearer(name).authorization)?.name;
    expect([who('old'), who('new')]).toEqual(['old', undefined]);
    writeFileSync(path, stringify({ tokens: [entry('new', ['read'])] }));
    vi.advanceTimersByTime(3_000);
    expect(reloads).toEqual([undefined]);
    expect([who('old'), who('new')]).toEqual([undefined, 'new']);
    writeFileSync(path, 'tokens: nothing of the kind');
    vi.advanceTimersByTime(3_000);
    expect(reloads).toEqual([undefined, expect.any(ConfigurationError)]);
    rmSync(folder, { recursive: true });
    vi.advanceTimersByTime(3_000);
    expect(reloads).toHaveLength(3);
    expect(who('new')).toBe('new');
    tokens.close();
    vi.useRealTimers();
  });
});
