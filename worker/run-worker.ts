import { Client } from '@temporalio/client';
import { Runtime, type Logger, type Worker } from '@temporalio/worker';
import { batchActivities } from '../activities/batch/cancel-items.ts';
import { createActivities } from '../activities/index.ts';
import { startApprovedDelete } from '../activities/delete/start-approved-delete.ts';
import { findOpenDeletes } from '../activities/create/open-deletes.ts';
import { describeCreates } from '../activities/sweep/describe-creates.ts';
import { stepReporter } from '../activities/watch/report-step.ts';
import { allowedAddresses } from '../activities/webhook/allowed-addresses.ts';
import { webhookActivities } from '../activities/webhook/webhook-activities.ts';
import { createCceClient } from '../cce/client.ts';
import { taskQueue } from '../contract/identity.ts';
import { parkedCounter } from '../contract/webhook/parked-counter.ts';
import { workflowTypes } from '../contract/workflow-types.ts';
import { defaultInstallation } from '../contract/marker.ts';
import { ConfigurationError } from '../temporal/configuration-error.ts';
import { describeRawRun } from '../temporal/executions/raw-runs.ts';
import { tracingInterceptors } from '../temporal/tracing/client-tracing.ts';
import type { WorkerConfiguration } from './configuration.ts';
import { createWorkers, type WorkerOptions } from './create-workers.ts';
import { createCredentials } from './credentials/credentials.ts';
import { CredentialsError } from './credentials/document.ts';
import { settingOf } from './credentials/source.ts';
import { proveConfiguration } from './prove-configuration.ts';
import { reportDeployment } from './report-deployment.ts';
import { reportSearchAttributes } from './report-search-attributes.ts';
import { createSecretReader, createWebhookSecretReader } from './secret-reader.ts';
import { startCreateCounters } from './start-create-counters.ts';
import { startSweepCounter } from './start-sweep-counter.ts';

export interface RunningWorker {
  /** Settles when the worker has stopped; rejects if it had to be forced. */
  stopped: Promise<void>;
  /** Whether the worker takes work. */
  isRunning: () => boolean;
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
  const { logger, metricMeter } = Runtime.instance();
  const queue = taskQueue(configuration);
  const client = new Client({ connection, namespace, dataConverter, interceptors: tracingInterceptors() });
  const cce = await createSignedClient(configuration, logger);
  const activities = createActivities({
    cce,
    meter: metricMeter,
    secrets: createSecretReader(process.env, configuration.secretsFolder),
    reportStep: stepReporter(client),
    describeCreates: describeCreates(client),
    isWorkflowOpen: async ({ workflowID, runID }) =>
      (await describeRawRun(client, workflowID, runID))?.isRunning === true,
    findOpenDeletes: findOpenDeletes(client, configuration),
    startApprovedDelete: startApprovedDelete(client),
    batches: batchActivities(client),
    webhooks: webhookActivities({
      client,
      secrets: createWebhookSecretReader(process.env, configuration.secretsFolder),
      addresses: allowedAddresses(configuration.webhookRanges ?? []),
      onFollowError: (error) => logger.warn('a look for the events of webhooks failed', { error }),
    }),
    installation: configuration.installation ?? defaultInstallation(namespace, configuration.account),
    pollIntervalMs: configuration.pollIntervalMs,
    ...(configuration.longestLagMs !== undefined && { longestLagMs: configuration.longestLagMs }),
    maximumRequestsPerSecond: configuration.maximumRequestsPerSecond,
  });
  startCreateCounters(metricMeter.withTags({ namespace, taskQueue: queue, workflowType: 'createCluster' }));
  startSweepCounter(metricMeter.withTags({ namespace, taskQueue: queue }));
  // So that an alert sees the first one.
  const { webhookDelivery: workflowType } = workflowTypes;
  parkedCounter(metricMeter.withTags({ namespace, taskQueue: queue, workflowType })).add(0);
  // Created first, since this detects a namespace that does not exist; the workers take work only once they run.
  const workers = await createWorkers(options, activities);
  await proveConfiguration(cce, settingOf(configuration.credentials), logger);
  await reportSearchAttributes(client, logger);
  const stopped = runAll(workers);
  // Temporal learns of a deployment only when its workers run.
  const { deploymentVersion } = configuration;
  if (deploymentVersion !== undefined) void reportDeployment(client, deploymentVersion, logger);
  const running = () => workers.filter((worker) => worker.getState() === 'RUNNING');
  return {
    stopped,
    isRunning: () => running().length === workers.length,
    shutdown: () => running().forEach((worker) => worker.shutdown()),
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

/** Runs all workers. One that fails stops the others: half a worker would accept creates that nobody watches. */
async function runAll(workers: readonly Worker[]): Promise<void> {
  await Promise.all(
    workers.map((worker) =>
      worker.run().catch((error: unknown) => {
        for (const other of workers) if (other.getState() === 'RUNNING') other.shutdown();
        throw error;
      }),
    ),
  );
}
