import { Client } from '@temporalio/client';
import { Runtime, type Logger } from '@temporalio/worker';
import { createCceClient } from '../cce/client.ts';
import { ConfigurationError } from '../temporal/configuration-error.ts';
import { tracingInterceptors } from '../temporal/tracing/client-tracing.ts';
import type { WorkerConfiguration } from './configuration.ts';
import { createWorkers, type WorkerOptions } from './create-workers.ts';
import { createCredentials } from './credentials/credentials.ts';
import { CredentialsError } from './credentials/document.ts';
import { settingOf } from './credentials/source.ts';
import { proveConfiguration } from './prove-configuration.ts';
import { reportDeployment } from './report-deployment.ts';
import { reportSearchAttributes } from './report-search-attributes.ts';
import { runAll } from './run-all.ts';
import { createScopeActivities, createWebhookFollower } from './scope-activities.ts';
import { createScopeState, withState, type ScopeStatus } from './scopes/scope-state.ts';
import { createSecretReader, createWebhookSecretReader } from './secret-reader.ts';

export interface RunningWorker {
  /** Settles when the worker has stopped; rejects if it had to be forced. */
  stopped: Promise<void>;
  /** Whether the worker takes work. */
  isRunning: () => boolean;
  /** The accounts and regions that it serves. */
  scopes: () => ScopeStatus[];
  /** Stops taking work and hands over what is in progress. SIGTERM does the same. */
  shutdown: () => void;
}

/**
 * Runs the worker of one account. The worker takes work only after the service has answered a signed call.
 *
 * @throws ConfigurationError if the credentials are unavailable or the service refuses them, and for a worker of a
 *   deployment without a bundle
 */
export async function runWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { configuration, connection, namespace, dataConverter } = options;
  const { logger, metricMeter: meter } = Runtime.instance();
  const client = new Client({ connection, namespace, dataConverter, interceptors: tracingInterceptors() });
  const cce = await createSignedClient(configuration, logger);
  const state = createScopeState(configuration, meter, logger);
  const limits = { folder: configuration.secretsFolder };
  const activities = createScopeActivities(configuration, {
    client,
    cce: withState(cce, state),
    secrets: createSecretReader(process.env, limits),
    webhookSecrets: createWebhookSecretReader(process.env, limits),
    webhookRanges: configuration.webhookRanges,
    unencryptedKubeconfigs: configuration.unencryptedKubeconfigs,
    meter,
    follower: createWebhookFollower(client, logger),
  });
  // Created first, since this detects a namespace that does not exist; the workers take work only once they run.
  const workers = await createWorkers(options, activities);
  await proveConfiguration(cce, settingOf(configuration.credentials), logger);
  await reportSearchAttributes(client, logger);
  const running = runAll(workers);
  state.note('working');
  // Temporal learns of a deployment only when its workers run.
  const { deploymentVersion } = configuration;
  if (deploymentVersion !== undefined) void reportDeployment(client, deploymentVersion, logger);
  return {
    stopped: running.stopped,
    isRunning: running.areRunning,
    scopes: () => [state.status()],
    shutdown: running.shutdown,
  };
}

/** Obtains credentials once, so that a wrong setting is reported at the start and not with every call. */
async function createSignedClient(configuration: WorkerConfiguration, logger: Logger) {
  const credentials = createCredentials(configuration.credentials, logger);
  try {
    await credentials();
  } catch (error) {
    throw error instanceof CredentialsError ? new ConfigurationError([error.message]) : error;
  }
  return createCceClient({ ...configuration, credentials });
}
