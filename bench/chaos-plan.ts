import { createRandom } from '../simulator/random.ts';

/** What a user does about one cluster. */
export interface PlannedCluster {
  clusterName: string;
  /** When its create is asked for, in milliseconds from the start. */
  createAtMs: number;
  /**
   * - `create`: and waits until it runs.
   * - `createTwice`: two users ask for the same, at once.
   * - `cancel`, `cancelTwice`: at `thenAtMs`, by signal.
   * - `cancelNatively`: at `thenAtMs`, as Temporal's own tools do.
   * - `delete`: at `thenAtMs`, however far the create has come.
   * - `deleteAfter`: once the create has ended.
   * - `createLate`: and the service shows the first cluster only when a second one has been asked for.
   * - `nameTaken`: somebody else has a cluster of the name already, which must not be touched.
   */
  action:
    | 'create'
    | 'createTwice'
    | 'createLate'
    | 'cancel'
    | 'cancelTwice'
    | 'cancelNatively'
    | 'delete'
    | 'deleteAfter'
    | 'nameTaken';
  thenAtMs: number;
}

export interface ChaosPlan {
  clusters: PlannedCluster[];
  /** Pauses between two kills of a worker, in milliseconds, in turn. */
  killPausesMs: number[];
  /** When the Temporal server is killed and started again on its database, in milliseconds from the start. */
  serverRestartAtMs: number;
}

const actions: readonly [share: number, action: PlannedCluster['action']][] = [
  [0.37, 'create'],
  [0.03, 'createLate'],
  [0.05, 'createTwice'],
  [0.15, 'cancel'],
  [0.05, 'cancelTwice'],
  [0.05, 'cancelNatively'],
  [0.1, 'delete'],
  [0.15, 'deleteAfter'],
  [0.05, 'nameTaken'],
];

/** The same plan for the same seed. `spanMs` is the time in which all creates are asked for. */
export function planChaos(seed: string, count: number, spanMs: number): ChaosPlan {
  const random = createRandom(`${seed}:chaos`);
  const clusters = Array.from({ length: count }, (_, index): PlannedCluster => {
    const createAtMs = Math.round(random.next() * spanMs);
    const action = pick(random.next());
    return {
      clusterName: `chaos-${String(index).padStart(4, '0')}-${action}`,
      createAtMs,
      action,
      // From the moment of the create to well after its end.
      thenAtMs: createAtMs + Math.round(random.next() ** 2 * 20_000),
    };
  });
  return {
    clusters,
    killPausesMs: Array.from({ length: 200 }, () => 3_000 + Math.round(random.next() * 4_000)),
    serverRestartAtMs: Math.round(spanMs * (0.4 + random.next() * 0.2)),
  };
}

function pick(draw: number): PlannedCluster['action'] {
  let below = 0;
  for (const [share, action] of actions) {
    below += share;
    if (draw < below) return action;
  }
  return 'create';
}
