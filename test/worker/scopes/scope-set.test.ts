import { expect, it } from 'vitest';
import type { ScopeConfiguration } from '../../../worker/configuration.ts';
import { createScopeSet } from '../../../worker/scopes/scope-set.ts';
import type { ServedScope } from '../../../worker/scopes/serve-scope.ts';
import { recordingLogger } from '../../recording-logger.ts';

/** Scopes that stop only when they are let go. */
function stage() {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const set = createScopeSet((configuration, secrets, after = Promise.resolve()) => {
    const { account } = configuration;
    let end = () => {};
    const ended = new Promise<void>((resolve) => (end = resolve));
    const stopped = after.then(() => {
      begun.push(account);
      ends.set(account, end);
      return ended;
    });
    const served = { configuration, secrets, stop: () => {}, stopped };
    return served as unknown as ServedScope;
  }, recordingLogger().logger);
  const serve = (...accounts: string[]) =>
    set.serve(accounts.map((account) => ({ account, region: 'bj' }) as ScopeConfiguration));
  return { serve, begun, end: (account: string) => ends.get(account)?.(), stop: set.stop };
}

/** Lets everything happen that waits for nothing from outside. */
const settle = () => new Promise(setImmediate);

it('an account that is removed and added again waits for the end of its old workers', async () => {
  const { serve, begun, end } = stage();
  serve('a', 'b');
  serve('b');
  await settle();
  serve('a', 'b');
  await settle();
  expect(begun).toEqual(['a', 'b']);
  end('a');
  await settle();
  expect(begun).toEqual(['a', 'b', 'a']);
});

it('a stop waits for all accounts, also for those that were removed before', async () => {
  const { serve, end, stop } = stage();
  serve('a', 'b');
  serve('b');
  let hasStopped = false;
  const stopping = stop().then(() => (hasStopped = true));
  await settle();
  end('b');
  await settle();
  expect(hasStopped).toBe(false);
  end('a');
  await stopping;
});
