import { expect, it } from 'vitest';
import type { ScopeConfiguration } from '../../../worker/configuration.ts';
import { keyOf, scopeChanges } from '../../../worker/scopes/scope-changes.ts';

const scope = (account: string, more: Partial<ScopeConfiguration> = {}): ScopeConfiguration => ({
  account,
  region: 'bj',
  pathPrefix: '/v2',
  credentials: { file: '/keys.json' },
  pollIntervalMs: 10_000,
  maximumRequestsPerSecond: 20,
  ...more,
});

it.each<[string, before: ScopeConfiguration[], after: ScopeConfiguration[], start: string[], stop: string[]]>([
  ['nothing is served yet', [], [scope('a'), scope('b')], ['a/bj', 'b/bj'], []],
  ['nothing changes', [scope('a'), scope('b')], [scope('b'), scope('a')], [], []],
  ['one is added', [scope('a')], [scope('b'), scope('a')], ['b/bj'], []],
  ['one is removed', [scope('a'), scope('b')], [scope('b')], [], ['a/bj']],
  [
    'one has another budget',
    [scope('a'), scope('b')],
    [scope('a'), scope('b', { maximumRequestsPerSecond: 5 })],
    ['b/bj'],
    ['b/bj'],
  ],
  ['one has other keys', [scope('a')], [scope('a', { credentials: { file: '/other.json' } })], ['a/bj'], ['a/bj']],
  ['one moves to another region', [scope('a')], [scope('a', { region: 'gz' })], ['a/gz'], ['a/bj']],
])('a new scopes file disturbs only what it changes: %s', (_, before, after, start, stop) => {
  const changes = scopeChanges(new Map(before.map((one) => [keyOf(one), one])), after);
  expect(changes.start.map(keyOf)).toEqual(start);
  expect(changes.stop).toEqual(stop);
});
