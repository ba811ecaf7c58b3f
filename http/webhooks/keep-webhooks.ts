import { setTimeout as pause } from 'node:timers/promises';
import type { AccountRegion, Scopes } from '../../client/index.ts';
import { keyOf, type FileWebhook } from './webhooks-file.ts';

/** Who registers what is in the file: it removes what it has registered, and nothing else. */
export const fileAsker = 'CCE_WEBHOOKS_FILE';

interface KeepOptions {
  /** Called when they could not be registered. That is tried again. */
  onError: (error: unknown) => void;
  /** Ends the attempts. */
  signal: AbortSignal;
  /** The pause before another attempt, in milliseconds. @default 10_000 */
  retryMs?: number;
}

/** How long Temporal may take to answer for one account and region. */
const limitMs = 20_000;

/**
 * Creates a function that registers webhooks, and removes those that were registered this way before and are not among them.
 * Several servers may do so: what is registered already stays as it is.
 */
export function keepWebhooks(
  scopes: Pick<Scopes, 'of' | 'within'>,
  { onError, signal, retryMs = 10_000 }: KeepOptions,
): (webhooks: readonly FileWebhook[]) => void {
  const known = new Map<string, AccountRegion>();
  let due: readonly FileWebhook[] | undefined;
  let isWorking = false;

  async function work(): Promise<void> {
    while (due !== undefined && !signal.aborted) {
      const wanted = due;
      due = undefined;
      try {
        await register(wanted);
      } catch (error) {
        onError(error);
        // Unless the file has changed meanwhile.
        due ??= wanted;
        await pause(retryMs, undefined, { signal, ref: false }).catch(() => {});
      }
    }
    isWorking = false;
  }

  async function register(wanted: readonly FileWebhook[]): Promise<void> {
    for (const { scope } of wanted) known.set(`${scope.account}/${scope.region}`, scope);
    const keys = new Set(wanted.map(keyOf));
    for (const [place, scope] of known) {
      const { webhooks } = scopes.of(scope, fileAsker);
      await scopes.within(limitMs, async () => {
        for (const one of wanted) {
          if (`${one.scope.account}/${one.scope.region}` === place) await webhooks.set(one.name, one.settings);
        }
        for (const { name, requestedBy } of await webhooks.list()) {
          if (requestedBy === fileAsker && !keys.has(keyOf({ scope, name }))) await webhooks.remove(name);
        }
      });
    }
  }

  return (webhooks) => {
    due = webhooks;
    if (isWorking) return;
    isWorking = true;
    void work();
  };
}
