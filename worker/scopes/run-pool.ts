import { activityInfo } from '@temporalio/activity';
import { Client } from '@temporalio/client';
import { Runtime } from '@temporalio/worker';
import { validateCluster } from '../../activities/create/validate-cluster.ts';
import type { Activities } from '../../activities/index.ts';
import { poolTaskQueue, scopeOfWorkflow } from '../../contract/identity.ts';
import { tracingInterceptors } from '../../temporal/tracing/client-tracing.ts';
import type { PoolConfiguration, ScopeConfiguration, WorkerConfiguration } from '../configuration.ts';
import { commonOptions, createWorkflowWorker, type ProcessOptions } from '../create-workers.ts';
import { reportDeployment } from '../report-deployment.ts';
import { reportSearchAttributes } from '../report-search-attributes.ts';
import type { RunningWorker } from '../run-worker.ts';
import { runAll } from '../run-all.ts';
import { createWebhookFollower } from '../scope-activities.ts';
import { followScopes } from './follow-scopes.ts';
import { serveLeftBehind } from './left-behind.ts';
import { createScopeSet, type ScopeSet } from './scope-set.ts';
import { serveScope } from './serve-scope.ts';

export interface PoolOptions extends ProcessOptions {
  configuration: PoolConfiguration | WorkerOfPool;
}

/** The settings of a worker that serves one account and region, and runs workflows of a pool. */
type WorkerOfPool = WorkerConfiguration & { pool: string };

/** Whether a worker runs the workflows of a pool, and not only those of its own account and region. */
export function isOfPool(
  configuration: WorkerConfiguration | PoolConfiguration,
): configuration is PoolConfiguration | WorkerOfPool {
  return configuration.pool !== undefined;
}

/** A version of a deployment has at most 100 task queues by default: one for the pool, and three for each account. */
const accountsOfDeployment = 33;

/** Clients without the pool, and schedules from before, start workflows on the own task queues now and then. */
const lookIntervalMs = 60_000;

/**
 * Runs the workflows of a pool, and serves the activities of any number of accounts and regions. Each of them has workers, keys,
 * a budget and task queues of its own, so that none keeps another one waiting. Returns when it runs workflows; the accounts
 * follow by themselves.
 *
 * @throws ConfigurationError if the scopes file is invalid, and for a worker of a deployment without a bundle
 */
export async function runPool(options: PoolOptions): Promise<RunningWorker> {
  const { configuration, connection, namespace, dataConverter } = options;
  const { pool, deploymentVersion, webhookRanges, unencryptedKubeconfigs } = configuration;
  const { logger, metricMeter: meter } = Runtime.instance();
  const client = new Client({ connection, namespace, dataConverter, interceptors: tracingInterceptors() });
  const common = commonOptions(options, deploymentVersion);
  const follower = createWebhookFollower(client, logger);

  const context = { common, client, meter, logger, pool, webhookRanges, unencryptedKubeconfigs, follower };
  const scopes = createScopeSet((scope, secrets, after) => serveScope(scope, secrets, context, after), logger);
  const runWorkflows = (taskQueue: string, isSmall: boolean) =>
    createWorkflowWorker(common, options, { taskQueue, isSmall, validateCluster: validateForScope(scopes) });
  const leftBehind = serveLeftBehind({
    client,
    log: logger,
    scopes: () => scopes.all().map(({ configuration: scope }) => scope),
    run: async (queue) => runAll([await runWorkflows(queue, true)]),
  });

  function serve(wanted: readonly ScopeConfiguration[]): void {
    if (deploymentVersion !== undefined && wanted.length > accountsOfDeployment) {
      logger.warn('Temporal by default gives no work to accounts beyond the limit of task queues of a deployment', {
        accounts: wanted.length,
        limit: accountsOfDeployment,
        setting: 'matching.maxTaskQueuesInDeploymentVersion',
      });
    }
    scopes.serve(wanted);
    void leftBehind.look();
  }

  // Created first, since this detects a namespace that does not exist.
  const worker = await runWorkflows(poolTaskQueue(pool), false);
  await reportSearchAttributes(client, logger);
  const workflows = runAll([worker]);
  const file =
    'scopesFile' in configuration
      ? followScopes(configuration.scopesFile, {
          onChange: serve,
          onProblem: (error) => logger.error('the scopes file cannot be used; the scopes stay as they are', { error }),
        })
      : { current: () => [configuration], close: () => {} };
  serve(file.current());
  const looking = setInterval(() => void leftBehind.look(), lookIntervalMs);
  // Temporal learns of a deployment only when its workers run.
  if (deploymentVersion !== undefined) void reportDeployment(client, deploymentVersion, logger);

  // A worker that replaces another one is ready only when it knows about each account whether it can serve it.
  const isStarting = () => scopes.all().some((scope) => scope.status().state === 'starting');

  async function stop(): Promise<void> {
    clearInterval(looking);
    file.close();
    workflows.shutdown();
    await Promise.allSettled([scopes.stop(), leftBehind.stop()]);
    await workflows.stopped;
  }

  return {
    // The SDK stops all its workers on a signal.
    stopped: workflows.stopped.then(stop, stop),
    isRunning: () => workflows.areRunning() && scopes.all().some((scope) => scope.works()) && !isStarting(),
    scopes: () => scopes.all().map((scope) => scope.status()),
    shutdown: workflows.shutdown,
  };
}

/**
 * Checks a spec with the secrets of its account and region. A worker that does not serve those, since others of the pool do, has
 * no secrets of theirs, and checks the rest.
 */
function validateForScope(scopes: ScopeSet): Activities['validateCluster'] {
  return (input) => {
    const scope = scopeOfWorkflow(activityInfo().workflowExecution?.workflowId ?? '');
    const served = scope && scopes.find(scope);
    return validateCluster(served === undefined ? {} : { secrets: served.secrets.secrets })(input);
  };
}
