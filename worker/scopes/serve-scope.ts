import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { MetricMeter } from '@temporalio/common';
import type { Logger } from '@temporalio/worker';
import { createCceClient } from '../../cce/client.ts';
import type { Follower } from '../../temporal/follow/follower.ts';
import type { ScopeConfiguration } from '../configuration.ts';
import { createActivityWorkers, type CommonOptions } from '../create-workers.ts';
import { createCredentials } from '../credentials/credentials.ts';
import { isRefusal, simplest } from '../prove-configuration.ts';
import { runAll, type RunningWorkers } from '../run-all.ts';
import { createScopeActivities, type ScopeDependencies } from '../scope-activities.ts';
import { createScopeState, credentialsErrorOf, withState, type ScopeStatus } from './scope-state.ts';

/** An account and region that this process serves, or tries to. */
export interface ServedScope {
  configuration: ScopeConfiguration;
  secrets: ScopeSecrets;
  status: () => ScopeStatus;
  /** Whether its workers take work, and the service accepts its keys. */
  works: () => boolean;
  /** Stops taking work and hands over what is in progress. */
  stop: () => void;
  /** Settles once it has stopped; rejects if its workers had to be forced. */
  stopped: Promise<void>;
}

/** Read what specs and webhooks of one account and region refer to. */
export type ScopeSecrets = Pick<ScopeDependencies, 'secrets' | 'webhookSecrets'>;

export interface ServeContext {
  common: CommonOptions;
  client: Client;
  meter: MetricMeter;
  logger: Logger;
  pool: string;
  webhookRanges: readonly string[] | undefined;
  follower: Follower;
}

/** The first and the longest pause between two attempts to call a service that does not answer, or refuses the keys. */
const firstPauseMs = 5_000;
const longestPauseMs = 30_000;

/**
 * Serves the activities of an account and region. Takes work once the service has answered a signed call, and tries until it has:
 * a refusal is no reason to disturb the others.
 *
 * @param after The end of the same scope with other settings, which must not poll the same task queues.
 */
export function serveScope(
  configuration: ScopeConfiguration,
  secrets: ScopeSecrets,
  context: ServeContext,
  after: Promise<void> = Promise.resolve(),
): ServedScope {
  const { client, meter, logger, pool, common } = context;
  const state = createScopeState(configuration, meter, logger);
  const stopping = new AbortController();
  let running: RunningWorkers | undefined;

  async function serve(): Promise<void> {
    await after;
    const credentials = createCredentials(configuration.credentials, logger);
    const cce = createCceClient({ ...configuration, credentials });
    for (let pauseMs = firstPauseMs; !stopping.signal.aborted; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
      try {
        await cce.listClusters(simplest, { signal: stopping.signal });
        break;
      } catch (error) {
        if (stopping.signal.aborted) return;
        state.note(isRefusal(error) || credentialsErrorOf(error) !== undefined ? 'refused' : 'unreachable', error);
        await pause(pauseMs, undefined, { signal: stopping.signal }).catch(ignore);
      }
    }
    if (stopping.signal.aborted) return;
    const noting = withState(cce, state);
    const activities = createScopeActivities(configuration, {
      client,
      cce: noting,
      ...secrets,
      webhookRanges: context.webhookRanges,
      meter,
      pool,
      follower: context.follower,
    });
    running = runAll(await createActivityWorkers(common, configuration, activities));
    if (stopping.signal.aborted) running.shutdown();
    else state.note('working');
    // An account without work calls nothing, and would never learn that its keys are accepted again.
    const look = () => state.status().state === 'refused' && noting.listClusters(simplest).catch(ignore);
    const looking = setInterval(() => void look(), longestPauseMs);
    try {
      await running.stopped;
    } finally {
      clearInterval(looking);
    }
  }

  return {
    configuration,
    secrets,
    status: state.status,
    works: () => running?.areRunning() === true && state.status().state === 'working',
    stop() {
      stopping.abort();
      state.end();
      running?.shutdown();
    },
    stopped: serve(),
  };
}

function ignore(): void {}
