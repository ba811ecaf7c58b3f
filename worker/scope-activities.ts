import type { Client } from '@temporalio/client';
import type { MetricMeter } from '@temporalio/common';
import type { Logger } from '@temporalio/worker';
import { batchActivities } from '../activities/batch/cancel-items.ts';
import { createItemReader } from '../activities/batch/pages.ts';
import { findOpenDeletes } from '../activities/create/open-deletes.ts';
import { startApprovedDelete } from '../activities/delete/start-approved-delete.ts';
import { createActivities, type Activities } from '../activities/index.ts';
import { describeCreates } from '../activities/sweep/describe-creates.ts';
import { stepReporter } from '../activities/watch/report-step.ts';
import { allowedAddresses } from '../activities/webhook/allowed-addresses.ts';
import { webhookActivities } from '../activities/webhook/webhook-activities.ts';
import type { CceClient } from '../cce/client.ts';
import type { SecretReader } from '../cce/secrets.ts';
import { workflowTaskQueue } from '../contract/identity.ts';
import { defaultInstallation } from '../contract/marker.ts';
import { parkedCounter } from '../contract/webhook/parked-counter.ts';
import { workflowTypes } from '../contract/workflow-types.ts';
import { describeRawRun } from '../temporal/executions/raw-runs.ts';
import { followerCalls } from '../temporal/follow/follower-calls.ts';
import { createFollower, type Follower } from '../temporal/follow/follower.ts';
import type { ScopeConfiguration } from './configuration.ts';
import { startCreateCounters } from './start-create-counters.ts';
import { startSweepCounter } from './start-sweep-counter.ts';

export interface ScopeDependencies {
  client: Client;
  /** Signs with the keys of this account. */
  cce: CceClient;
  secrets: SecretReader;
  /** Reads the URLs and secrets of webhooks. */
  webhookSecrets: SecretReader;
  /** As `webhookRanges` of the process. */
  webhookRanges?: readonly string[] | undefined;
  /** As `unencryptedKubeconfigs` of the process. */
  unencryptedKubeconfigs?: boolean | undefined;
  /** Shared by the webhooks of all accounts. */
  follower: Follower;
  /** The meter of the process. */
  meter: MetricMeter;
  /** The pool in which this worker runs workflows. */
  pool?: string;
}

/** Creates the follower that the webhooks of a process share, so that many cost no more than one. */
export function createWebhookFollower(client: Client, log: Logger): Follower {
  const onError = (error: unknown) => log.warn('a look for the events of webhooks failed', { error });
  return createFollower(followerCalls(client), { onError });
}

/** Creates the activities of one account and region. They share nothing with those of another one. */
export function createScopeActivities(scope: ScopeConfiguration, dependencies: ScopeDependencies): Activities {
  const { account, region } = scope;
  const { client, pool, cce, secrets } = dependencies;
  const { namespace } = client.options;
  const meter = dependencies.meter.withTags({ account, region });
  const taskQueue = workflowTaskQueue({ account, region, ...(pool !== undefined && { pool }) });
  // These counters start at 0, so that an alert sees the first increase.
  startCreateCounters(meter.withTags({ namespace, taskQueue, workflowType: 'createCluster' }));
  startSweepCounter(meter.withTags({ namespace, taskQueue }));
  parkedCounter(meter.withTags({ namespace, taskQueue, workflowType: workflowTypes.webhookDelivery })).add(0);
  return createActivities({
    cce,
    meter,
    secrets,
    reportStep: stepReporter(client),
    describeCreates: describeCreates(client),
    isWorkflowOpen: async ({ workflowID, runID }) =>
      (await describeRawRun(client, workflowID, runID))?.isRunning === true,
    findOpenDeletes: findOpenDeletes(client, scope),
    startApprovedDelete: startApprovedDelete(client, pool),
    readItem: createItemReader(client),
    batches: batchActivities(client, pool),
    webhooks: webhookActivities({
      client,
      ...(pool !== undefined && { pool }),
      secrets: dependencies.webhookSecrets,
      addresses: allowedAddresses(dependencies.webhookRanges ?? []),
      follower: dependencies.follower,
    }),
    payloadCodecs: client.options.loadedDataConverter.payloadCodecs,
    unencryptedKubeconfigs: dependencies.unencryptedKubeconfigs === true,
    installation: scope.installation ?? defaultInstallation(namespace, account),
    pollIntervalMs: scope.pollIntervalMs,
    ...(scope.longestLagMs !== undefined && { longestLagMs: scope.longestLagMs }),
    maximumRequestsPerSecond: scope.maximumRequestsPerSecond,
  });
}
