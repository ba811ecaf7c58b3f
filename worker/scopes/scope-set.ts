import type { Logger } from '@temporalio/worker';
import type { AccountRegion } from '../../contract/identity.ts';
import type { ScopeConfiguration } from '../configuration.ts';
import { createSecretReader, createWebhookSecretReader, type SecretLimits } from '../secret-reader.ts';
import { keyOf, scopeChanges } from './scope-changes.ts';
import type { ScopeSecrets, ServedScope } from './serve-scope.ts';

/** The accounts and regions that a process serves. */
export interface ScopeSet {
  /** Serves these from now on. One whose settings stay the same is not disturbed. */
  serve: (wanted: readonly ScopeConfiguration[]) => void;
  find: (scope: AccountRegion) => ServedScope | undefined;
  all: () => ServedScope[];
  /** Stops serving, and waits until what is in progress is handed over. */
  stop: () => Promise<void>;
}

/** @param serve Begins to serve one, once another one with the same task queues has ended. */
export function createScopeSet(
  serve: (configuration: ScopeConfiguration, secrets: ScopeSecrets, after: Promise<void> | undefined) => ServedScope,
  log: Logger,
): ScopeSet {
  const scopes = new Map<string, ServedScope>();
  /** The ends of those that are being stopped. One that comes back waits: only one worker of a process may poll a task queue. */
  const ending = new Map<string, Promise<void>>();

  function start(configuration: ScopeConfiguration): void {
    const limits = limitsOf(configuration, scopes);
    const secrets = {
      secrets: createSecretReader(process.env, limits),
      webhookSecrets: createWebhookSecretReader(process.env, limits),
    };
    const key = keyOf(configuration);
    scopes.set(key, serve(configuration, secrets, ending.get(key)));
  }

  function stop(key: string, scope: ServedScope): void {
    scope.stop();
    scopes.delete(key);
    ending.set(key, scope.stopped);
    void scope.stopped.then(() => {
      if (ending.get(key) === scope.stopped) ending.delete(key);
    });
  }

  return {
    serve(wanted) {
      const served = new Map([...scopes].map(([key, { configuration }]) => [key, configuration]));
      const changes = scopeChanges(served, wanted);
      for (const key of changes.stop) {
        const scope = scopes.get(key);
        if (scope === undefined) continue;
        const { account, region } = scope.configuration;
        stop(key, scope);
        const goesOn = changes.start.some((other) => keyOf(other) === key);
        const said = `this account and region ${goesOn ? 'has other settings' : 'is no longer served'}`;
        log.info(said, { account, region });
      }
      for (const configuration of changes.start) start(configuration);
    },
    find: (scope) => scopes.get(keyOf(scope)),
    all: () => [...scopes.values()],
    async stop() {
      for (const [key, scope] of scopes) stop(key, scope);
      await Promise.allSettled(ending.values());
    },
  };
}

/** Limits what specs of an account and region may refer to. The keys of accounts are never among it. */
function limitsOf(configuration: ScopeConfiguration, scopes: ReadonlyMap<string, ServedScope>): SecretLimits {
  const { secretsFolder: folder, secretVariables: variables } = configuration;
  const withheldFiles = () =>
    Array.from(scopes.values()).flatMap(({ configuration: { credentials } }) =>
      'file' in credentials ? [credentials.file] : [],
    );
  return { folder, variables, withheldFiles, needsFolder: variables !== undefined };
}
