import { setTimeout as pause } from 'node:timers/promises';
import type { AccountRegion, Scopes } from '../../client/index.ts';
import { keyOf, type FileWebhook } from './webhooks-file.ts';

/** The asker of the webhooks in the file. The server removes only webhooks of this asker. */
export const fileAsker = 'CCE_WEBHOOKS_FILE';

interface KeepOptions {
  /** Called when the webhooks of an account and region could not be registered. The server tries again. */
  onError: (error: unknown, scope: AccountRegion) => void;
  /** Ends the attempts. */
  signal: AbortSignal;
  /** The pause before another attempt, in milliseconds. @default 10_000 */
  retryMs?: number;
}

/** The webhooks of the file, and the accounts and regions where they are still to be registered. */
interface Due {
  wanted: readonly FileWebhook[];
  places: readonly AccountRegion[];
}

/** How long Temporal may take to answer for one account and region. */
const limitMs = 20_000;

/**
 * Creates a function that registers webhooks, and removes those that an earlier call registered and this one does not name.
 * Several servers may do so: a webhook with the same settings stays as it is.
 */
export function keepWebhooks(
  scopes: Pick<Scopes, 'of' | 'within'>,
  { onError, signal, retryMs = 10_000 }: KeepOptions,
): (webhooks: readonly FileWebhook[]) => void {
  const known = new Map<string, AccountRegion>();
  let due: Due | undefined;
  let isWorking = false;

  async function work(): Promise<void> {
    while (due !== undefined && !signal.aborted) {
      const { wanted, places } = due;
      due = undefined;
      const failed: AccountRegion[] = [];
      for (const scope of places) {
        try {
          await register(wanted, scope);
        } catch (error) {
          onError(error, scope);
          failed.push(scope);
        }
      }
      if (failed.length === 0) continue;
      // Unless the file has changed meanwhile.
      due ??= { wanted, places: failed };
      await pause(retryMs, undefined, { signal, ref: false }).catch(() => {});
    }
    isWorking = false;
  }

  async function register(wanted: readonly FileWebhook[], scope: AccountRegion): Promise<void> {
    const ours = wanted.filter((one) => placeOf(one.scope) === placeOf(scope));
    const keys = new Set(ours.map(keyOf));
    const { webhooks } = scopes.of(scope, fileAsker);
    await scopes.within(limitMs, async () => {
      for (const one of ours) await webhooks.set(one.name, one.settings);
      for (const { name, requestedBy } of await webhooks.list()) {
        if (requestedBy === fileAsker && !keys.has(keyOf({ scope, name }))) await webhooks.remove(name);
      }
    });
  }

  return (webhooks) => {
    for (const { scope } of webhooks) known.set(placeOf(scope), scope);
    due = { wanted: webhooks, places: [...known.values()] };
    if (isWorking) return;
    isWorking = true;
    void work();
  };
}

function placeOf({ account, region }: AccountRegion): string {
  return `${account}/${region}`;
}
