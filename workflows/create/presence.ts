import { TemporalFailure } from '@temporalio/common';
import { allHandlersFinished, CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import { secretsOf } from '../../cce/secrets.ts';
import type { SeenCluster } from '../../contract/messages.ts';
import { lookAtCluster, watchActivities } from '../activity-proxies.ts';
import type { Progress } from '../operation/progress.ts';
import type { Creation } from './creation.ts';

/** Looks now and then whether a cluster with a time to live is still there: somebody else may have deleted it. */
export interface Presence {
  /** Runs the part during which looks can be asked for. */
  keep: <Result>(part: () => Promise<Result>) => Promise<Result>;
  isLookDue: () => boolean;
  /** In milliseconds since the epoch. */
  lookDueAtMs: () => number;
  /** Looks, and makes sure of an absence. `there` if the service cannot be asked. */
  look: (untilMs: number) => Promise<'there' | 'gone'>;
  /** Asks for a look now, and returns what it shows. Returns nothing if the cluster does not run, or did not yet. */
  verify: () => Promise<SeenCluster>;
}

/** @param isLookDue Whether the run before has begun a look and not ended it. */
export function trackPresence(creation: Creation, progress: Progress, isLookDue = false): Presence {
  let isKept = false;
  let isAskedFor = isLookDue;
  let looks = 0;
  let last: SeenCluster = {};
  // Leases that began together do not look together.
  let dueAtMs = Date.now() + lookIntervalMs * (0.5 + 0.5 * Math.random());

  return {
    async keep(part) {
      isKept = true;
      try {
        return await part();
      } finally {
        isKept = false;
        // Who asked for a look gets an answer before the run ends.
        await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
      }
    },
    isLookDue: () => isAskedFor || Date.now() >= dueAtMs,
    lookDueAtMs: () => dueAtMs,
    async look(untilMs) {
      const clusterID = creation.obtained?.clusterID ?? '';
      isAskedFor = false;
      last = await orNothing(() => lookAtCluster({ clusterID }));
      looks++;
      dueAtMs = Date.now() + lookIntervalMs * (0.9 + 0.2 * Math.random());
      const { clusterPhase } = last;
      if (clusterPhase === undefined || !isLeaving(clusterPhase)) return 'there';
      progress.enter('verifying');
      let isGone = false;
      try {
        isGone = await isConfirmedGone(clusterID, clusterPhase, untilMs);
      } catch (error) {
        // The run that goes on with the lease looks again at once.
        isAskedFor = true;
        throw error;
      } finally {
        if (!isGone) progress.enter('running');
      }
      return isGone ? 'gone' : 'there';
    },
    async verify() {
      if (!isKept) return {};
      const before = looks;
      isAskedFor = true;
      await condition(() => looks > before || !isKept);
      return looks > before ? last : {};
    },
  };

  /** Somebody may delete the cluster for hours, and then fail to: its lease goes on until it is gone. */
  async function isConfirmedGone(clusterID: string, clusterPhase: string, untilMs: number): Promise<boolean> {
    const { watchCluster } = watchActivities(`make sure that ${clusterID} is gone`, untilMs);
    const secrets = secretsOf(creation.request);
    const seen = await orNothing(() =>
      watchCluster({ clusterID, goal: 'gone', deletionAccepted: clusterPhase !== 'absent', secrets }),
    );
    return seen.clusterPhase === 'absent' || seen.clusterPhase === 'deleted';
  }
}

const lookIntervalMs = 3_600_000;

export function isLeaving(phase: string | undefined): boolean {
  return phase === 'absent' || phase === 'deleting' || phase === 'deleted';
}

/** A look that fails says nothing about the cluster: the next one may. */
async function orNothing(look: () => Promise<SeenCluster>): Promise<SeenCluster> {
  try {
    return await look();
  } catch (error) {
    if (isCancellation(error) || !(error instanceof TemporalFailure)) throw error;
    return {};
  }
}
