import { describe, expect, it } from 'vitest';
import type { WebhookSettings } from '../../client/index.ts';
import { shownURL, webhookProblems } from '../../client/webhook-problems.ts';

const url = 'https://receiver.example/hook';
const secret = { fromEnv: 'CCE_WEBHOOK_SECRET' };
const operation = { workflowID: 'cce:default:bj:ci-1', runID: 'run' };

/** The paths of the problems of settings that callers without types may give. */
const pathsOf = (settings: unknown) => webhookProblems(settings as WebhookSettings).map(({ path }) => path);

describe('the settings of a webhook', () => {
  it.each([
    { url, secret },
    { url, secret: { fromFile: '/etc/cce/webhook' }, events: ['ended'], batch: 'nightly' },
    { url: { fromEnv: 'CCE_WEBHOOK_CHAT' }, format: 'feishu' },
    { url, format: 'dingtalk', secret },
    { url, format: 'slack', operation },
  ])('can be %j', (settings) => {
    expect(pathsOf(settings)).toEqual([]);
  });

  it.each([
    [{ url, secret: 'whsec_text' }, 'secret'],
    [{ url }, 'secret'],
    [{ url, secret: { fromEnv: 'BCE_SECRET_ACCESS_KEY' } }, 'secret'],
    [{ url: { fromEnv: 'DATABASE_PASSWORD' }, secret }, 'url'],
    [{ url: 'ftp://receiver.example', secret }, 'url'],
    [{ url: 'receiver.example', secret }, 'url'],
    [{ url: 'https://user:password@receiver.example', secret }, 'url'],
    [{ url: `https://receiver.example/${'x'.repeat(2_000)}`, secret }, 'url'],
    [{ secret }, 'url'],
    [{ url, secret, format: 'xml' }, 'format'],
    [{ url, format: 'slack', secret }, 'secret'],
    [{ url, secret, events: [] }, 'events'],
    [{ url, secret, events: ['started'] }, 'events'],
    [{ url, secret, events: 'ended' }, 'events'],
    [{ url, secret, batch: 'a b' }, 'batch'],
    [{ url, secret, batch: 'nightly', operation }, 'operation'],
  ])('cannot be %j', (settings, path) => {
    expect(pathsOf(settings)).toEqual([path]);
  });

  it('are refused with no word of the URL', () => {
    expect(JSON.stringify(webhookProblems({ url: 'https://user:hidden@receiver.example', secret }))).not.toContain(
      'hidden',
    );
    expect(shownURL('https://receiver.example:8443/hidden')).toBe('https://receiver.example:8443/…');
    expect(shownURL('https://receiver.example/?hidden')).toBe('https://receiver.example/…');
    expect(shownURL('https://receiver.example/')).toBe('https://receiver.example');
    expect(shownURL('hidden')).toBe('…');
    expect(shownURL({ fromEnv: 'CCE_WEBHOOK_CHAT' })).toEqual({ fromEnv: 'CCE_WEBHOOK_CHAT' });
  });
});
