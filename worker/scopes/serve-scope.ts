import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { MetricMeter } from '@temporalio/common';
import type { Logger } from '@temporalio/worker';
import { createCceClient, type CceClient } from '../../cce/client.ts';
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
  /** Settles once it has stopped. Never rejects: the others go on, whatever happens to this one. */
  stopped: Promise<void>;
}

/** The readers of what specs and webhooks of one account and region refer to. */
export type ScopeSecrets = Pick<ScopeDependencies, 'secrets' | 'webhookSecrets'>;

export interface ServeContext {
  common: CommonOptions;
  client: Client;
  meter: MetricMeter;
  logger: Logger;
  pool: string;
  webhookRanges: readonly string[] | undefined;
  unencryptedKubeconfigs: boolean | undefined;
  follower: Follower;
}

/** The first and the longest pause between two attempts to call a service that does not answer, or refuses the keys. */
const firstPauseMs = 5_000;
const longestPauseMs = 30_000;

/**
 * Serves the activities of an account and region. Takes work once the service has answered a signed call, and tries until it has:
 * a refusal is no reason to disturb the others. If its workers fail, or Temporal is away when they are to begin, it tries again too.
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
      if ((await isAccepted(cce)) && (await work(withState(cce, state)))) return;
      await pause(pauseMs, undefined, { signal: stopping.signal }).catch(ignore);
    }
  }

  async function isAccepted(cce: CceClient): Promise<boolean> {
    try {
      await cce.listClusters(simplest, { signal: stopping.signal });
    } catch (error) {
      if (stopping.signal.aborted) return false;
      state.note(isRefusal(error) || credentialsErrorOf(error) !== undefined ? 'refused' : 'unreachable', error);
      return false;
    }
    return !stopping.signal.aborted;
  }

  /** Returns `true` once its workers have stopped because they were told to, and `false` if they failed. */
  async function work(cce: CceClient): Promise<boolean> {
    const activities = createScopeActivities(configuration, {
      client,
      cce,
      ...secrets,
      webhookRanges: context.webhookRanges,
      unencryptedKubeconfigs: context.unencryptedKubeconfigs,
      meter,
      pool,
      follower: context.follower,
    });
    // An account without work calls nothing, and would never learn that its keys are accepted again.
    const look = () => state.status().state === 'refused' && cce.listClusters(simplest).catch(ignore);
    const looking = setInterval(() => void look(), longestPauseMs);
    try {
      running = runAll(await createActivityWorkers(common, configuration, activities));
      if (stopping.signal.aborted) running.shutdown();
      else state.note('working');
      await running.stopped;
      return true;
    } catch (error) {
      const { account, region } = configuration;
      logger.error('the workers of this account and region have failed', { account, region, error });
      state.note('starting');
      return false;
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
