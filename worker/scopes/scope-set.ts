import type { AccountRegion } from '../../contract/identity.ts';
import type { ScopeConfiguration } from '../configuration.ts';
import { createSecretReader, createWebhookSecretReader, type SecretLimits } from '../secret-reader.ts';
import { keyOf, scopeChanges } from './scope-changes.ts';
import { serveScope, type ServeContext, type ServedScope } from './serve-scope.ts';

/** The accounts and regions that a process serves. */
export interface ScopeSet {
  /** Serves these from now on. One whose settings stay the same is not disturbed. */
  serve: (wanted: readonly ScopeConfiguration[]) => void;
  find: (scope: AccountRegion) => ServedScope | undefined;
  all: () => ServedScope[];
  /** Stops serving, and waits until what is in progress is handed over. */
  stop: () => Promise<void>;
}

/** @param onFailure Called if the workers of an account and region fail. */
export function createScopeSet(context: ServeContext, onFailure: (error: unknown) => void): ScopeSet {
  const scopes = new Map<string, ServedScope>();
  const ends = new Set<Promise<void>>();

  function start(configuration: ScopeConfiguration, after: Promise<void> | undefined): void {
    const limits = limitsOf(configuration, scopes);
    const secrets = {
      secrets: createSecretReader(process.env, limits),
      webhookSecrets: createWebhookSecretReader(process.env, limits),
    };
    const scope = serveScope(configuration, secrets, context, after);
    scopes.set(keyOf(configuration), scope);
    ends.add(scope.stopped);
    scope.stopped.then(() => ends.delete(scope.stopped), onFailure);
  }

  return {
    serve(wanted) {
      const served = new Map([...scopes].map(([key, { configuration }]) => [key, configuration]));
      const changes = scopeChanges(served, wanted);
      const ending = new Map<string, Promise<void>>();
      for (const key of changes.stop) {
        const scope = scopes.get(key);
        if (scope === undefined) continue;
        const { account, region } = scope.configuration;
        scope.stop();
        scopes.delete(key);
        ending.set(key, scope.stopped);
        const goesOn = changes.start.some((other) => keyOf(other) === key);
        const said = `this account and region ${goesOn ? 'has other settings' : 'is no longer served'}`;
        context.logger.info(said, { account, region });
      }
      for (const configuration of changes.start) start(configuration, ending.get(keyOf(configuration)));
    },
    find: (scope) => scopes.get(keyOf(scope)),
    all: () => [...scopes.values()],
    async stop() {
      for (const scope of scopes.values()) scope.stop();
      await Promise.all(ends);
    },
  };
}

/** What the specs of an account and region may refer to: never to the keys of any. */
function limitsOf(configuration: ScopeConfiguration, scopes: ReadonlyMap<string, ServedScope>): SecretLimits {
  const { secretsFolder: folder, secretVariables: variables } = configuration;
  const withheldFiles = () =>
    Array.from(scopes.values()).flatMap(({ configuration: { credentials } }) =>
      'file' in credentials ? [credentials.file] : [],
    );
  return { folder, variables, withheldFiles, needsFolder: variables !== undefined };
}
