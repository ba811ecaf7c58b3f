import { CceApiError } from '../../cce/cce-api-error.ts';
import type { ClusterPhase } from '../../cce/phases.ts';
import { honouredPauseSeconds } from '../api/call-failure.ts';
import type { ClusterList, ListPass } from '../api/cluster-list.ts';

/** Tells all watches of a worker the phases of their clusters, from one shared list. */
export interface PhaseTicker {
  /**
   * Calls `onTick` for this cluster at each tick. There are no ticks while the followers are few: then each reads its own
   * cluster.
   *
   * @returns A function that ends it.
   */
  follow: (clusterID: string, onTick: (tick: Tick) => void) => () => void;
  /**
   * Counts a watch that needs no phases, but draws from the same budget.
   *
   * @returns A function that ends it.
   */
  accompany: () => () => void;
  /** The number of watches: those that follow, and those that only count. */
  followers: () => number;
}

/**
 * What a list shows of one cluster. `unlisted`: the list does not show it, which proves nothing, or the lists have ended.
 * `failed`: the list could not be read.
 */
export type Tick =
  | { kind: 'listed'; clusterPhase: ClusterPhase }
  | { kind: 'unlisted' }
  | { kind: 'failed'; error: unknown };

/** Whether a list shows a cluster in the same phase as the list before it. */
export function isRepeated(tick: Tick, previous: Tick | undefined): boolean {
  return tick.kind === 'listed' && previous?.kind === 'listed' && tick.clusterPhase === previous.clusterPhase;
}

/** Lists are worthwhile if they cost at most a tenth of the calls that it takes to read each cluster. */
const followersPerPage = 10;

/** With very many followers, the pause between two ticks is this share of the poll interval. */
const fastestShare = 1 / 3;

/**
 * @param options.pollIntervalMs The longest pause between two ticks. After a list that could not be read the pause grows to
 *   eight times that, or to what the service asks for.
 */
export function createPhaseTicker(list: ClusterList, options: { pollIntervalMs: number }): PhaseTicker {
  const followers = new Set<{ clusterID: string; onTick: (tick: Tick) => void }>();
  let others = 0;
  let isTicking = false;

  /** At most 1 while lists are worthwhile. */
  function costShare(): number {
    return (followersPerPage * list.pages()) / followers.size;
  }

  async function tickWhileWorthwhile(): Promise<void> {
    isTicking = true;
    for (let failures = 0, retryAfterMs = 0; ;) {
      await sleep(Math.max(pauseMs(failures), retryAfterMs));
      if (costShare() > 1) break;
      // A follower that joins while the list is read may not be in it yet.
      const asking = [...followers];
      try {
        tell(asking, await list.pass());
        failures = 0;
        retryAfterMs = 0;
      } catch (error) {
        failures++;
        retryAfterMs = error instanceof CceApiError ? (honouredPauseSeconds(error) ?? 0) * 1000 : 0;
        for (const { onTick } of asking) onTick({ kind: 'failed', error });
      }
    }
    isTicking = false;
    for (const { onTick } of followers) onTick({ kind: 'unlisted' });
  }

  /** Jittered, so that several workers do not keep listing at the same moment. */
  function pauseMs(failures: number): number {
    const share = failures === 0 ? Math.min(1, Math.max(fastestShare, costShare())) : 2 ** Math.min(failures, 3);
    return options.pollIntervalMs * share * (0.9 + 0.1 * Math.random());
  }

  return {
    follow(clusterID, onTick) {
      const follower = { clusterID, onTick };
      followers.add(follower);
      if (!isTicking && costShare() <= 1) void tickWhileWorthwhile();
      return () => void followers.delete(follower);
    },
    accompany() {
      others++;
      return () => void others--;
    },
    followers: () => followers.size + others,
  };
}

function tell(followers: readonly { clusterID: string; onTick: (tick: Tick) => void }[], { clusters }: ListPass): void {
  const phases = new Map(clusters.map(({ clusterID, clusterPhase }) => [clusterID, clusterPhase]));
  for (const { clusterID, onTick } of followers) {
    const clusterPhase = phases.get(clusterID);
    onTick(clusterPhase === undefined ? { kind: 'unlisted' } : { kind: 'listed', clusterPhase });
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
