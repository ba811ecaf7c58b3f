import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import type { Orchestrator, Scopes, Webhook } from '../../client/index.ts';
import { fileAsker, keepWebhooks } from '../../http/webhooks/keep-webhooks.ts';
import { followWebhooks } from '../../http/webhooks/follow-webhooks.ts';
import { readWebhooks } from '../../http/webhooks/webhooks-file.ts';
import { waiting } from '../waiting.ts';

const secret = { fromEnv: 'CCE_WEBHOOK_SECRET' };
const entry = (name: string, more: object = {}) => ({
  name,
  scopes: ['default/bj'],
  url: 'https://receiver.example/hidden',
  secret,
  ...more,
});
const read = (...webhooks: unknown[]) => readWebhooks(stringify({ webhooks }), 'webhooks.yaml');

describe('the webhooks file', () => {
  it('has webhooks, each for some accounts and regions', () => {
    const { name: _name, scopes: _scopes, ...settings } = entry('any');
    expect(read(entry('platform', { scopes: ['default/bj', 'staging/gz'], events: ['ended'] }))).toEqual([
      {
        scope: { account: 'default', region: 'bj' },
        name: 'platform',
        settings: { ...settings, format: 'json', events: ['ended'] },
      },
      {
        scope: { account: 'staging', region: 'gz' },
        name: 'platform',
        settings: { ...settings, format: 'json', events: ['ended'] },
      },
    ]);
    expect(read()).toEqual([]);
  });

  it.each([
    ['a pattern for a scope', [entry('a', { scopes: ['default/*'] })], /"default\/\*" must be an account and a region/],
    ['no scope', [entry('a', { scopes: [] })], /webhooks\[0\]\.scopes/],
    ['a misspelt key', [entry('a', { event: ['ended'] })], /event/],
    ['a secret in clear text', [entry('a', { secret: 'whsec_hidden' })], /webhooks\[0\]\.secret/],
    ['a variable for others', [entry('a', { secret: { fromEnv: 'PASSWORD' } })], /a: secret is not a variable/],
    ['no secret', [entry('a', { secret: undefined })], /a: secret is missing/],
    ['two of one name', [entry('a'), entry('a')], /two webhooks are default\/bj\/a/],
    ['an operation', [entry('a', { operation: 'create~ci-1~x' })], /operation/],
  ])('is refused with %s, without a word of its secrets', (_, webhooks, reason) => {
    expect(() => read(...webhooks)).toThrow(reason);
    expect(() => read(...webhooks)).not.toThrow(/hidden/);
  });
});

/** Scopes of which each has some webhooks, and which fail as often as they are told to. */
function scopesOf(registered: Record<string, Webhook[]>, failures = 0, failing = 'default/bj') {
  const calls: string[] = [];
  let left = failures;
  const scopes: Pick<Scopes, 'of' | 'within'> = {
    of: ({ account, region }, requestedBy) => {
      const place = `${account}/${region}`;
      const webhooks: Partial<Orchestrator['webhooks']> = {
        set: async (name) => {
          if (place === failing && left-- > 0) throw new Error('Temporal does not answer');
          calls.push(`${requestedBy} sets ${place}/${name}`);
        },
        list: async () => registered[place] ?? [],
        remove: async (name) => {
          calls.push(`removes ${place}/${name}`);
          return true;
        },
      };
      return { webhooks } as Orchestrator;
    },
    within: (_, run) => run(),
  };
  return { scopes, calls };
}

const startedAt = '2026-11-28T01:00:00.000Z';
const signal = new AbortController().signal;

describe('the webhooks of the file', () => {
  it('are registered, and those removed that were in it before', async () => {
    const { scopes, calls } = scopesOf({
      'default/bj': [
        { name: 'platform', startedAt, requestedBy: fileAsker },
        { name: 'old', startedAt, requestedBy: fileAsker },
        { name: 'of-people', startedAt, requestedBy: 'ann' },
      ],
      'staging/gz': [{ name: 'platform', startedAt, requestedBy: fileAsker }],
    });
    const errors: unknown[] = [];
    const keep = keepWebhooks(scopes, { onError: (error) => errors.push(error), signal });
    keep(read(entry('platform', { scopes: ['default/bj', 'staging/gz'] })));
    const first = [
      `${fileAsker} sets default/bj/platform`,
      'removes default/bj/old',
      `${fileAsker} sets staging/gz/platform`,
    ];
    await vi.waitFor(() => expect(calls).toEqual(first), waiting);
    // A scope that the file does not name any more is cleaned up too.
    keep(read(entry('platform')));
    const second = [`${fileAsker} sets default/bj/platform`, 'removes default/bj/old', 'removes staging/gz/platform'];
    await vi.waitFor(() => expect(calls).toEqual([...first, ...second]), waiting);
    expect(errors).toEqual([]);
  });

  it('are registered later if Temporal does not answer', async () => {
    const { scopes, calls } = scopesOf({}, 2);
    const errors: unknown[] = [];
    const keep = keepWebhooks(scopes, { onError: (error) => errors.push(error), signal, retryMs: 1 });
    keep(read(entry('platform')));
    await vi.waitFor(() => expect(calls).toEqual([`${fileAsker} sets default/bj/platform`]), waiting);
    expect(errors).toHaveLength(2);
  });

  it('are registered although another account and region fails, and once', async () => {
    const { scopes, calls } = scopesOf({}, 2, 'default/gz');
    const errors: unknown[] = [];
    const onError = (_: unknown, scope: unknown) => errors.push(scope);
    const keep = keepWebhooks(scopes, { onError, signal, retryMs: 1 });
    keep(read(entry('platform', { scopes: ['default/gz', 'default/bj'] })));
    const registered = ['default/bj', 'default/gz'].map((place) => `${fileAsker} sets ${place}/platform`);
    await vi.waitFor(() => expect(calls).toEqual(registered), waiting);
    const failed = { account: 'default', region: 'gz' };
    expect(errors).toEqual([failed, failed]);
  });

  it('stay while somebody writes the file, also as the server starts', async () => {
    vi.useFakeTimers();
    const folder = mkdtempSync(join(tmpdir(), 'cce-webhooks-'));
    const path = join(folder, 'webhooks.yaml');
    const write = (...webhooks: unknown[]) => writeFileSync(path, stringify({ webhooks }));
    const kept = ['platform', 'chat'].map((name) => ({ name, startedAt, requestedBy: fileAsker }));
    const { scopes, calls } = scopesOf({ 'default/bj': kept });
    const logger = { warn: vi.fn(), error: vi.fn() };
    write(entry('platform'));
    const file = followWebhooks(path, { scopes, logger, stopping: signal });
    write(entry('platform'), entry('chat'));
    await vi.advanceTimersByTimeAsync(2_000);
    const both = ['platform', 'chat'].map((name) => `${fileAsker} sets default/bj/${name}`);
    expect(calls).toEqual(both);
    write(entry('platform'));
    await vi.advanceTimersByTimeAsync(1_000);
    write(entry('platform'), entry('chat'), entry('third'));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(calls).toEqual([...both, ...both, `${fileAsker} sets default/bj/third`]);
    expect(logger.error).not.toHaveBeenCalled();
    file.close();
    vi.useRealTimers();
    rmSync(folder, { recursive: true });
  });
});
