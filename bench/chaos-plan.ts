import { createRandom } from '../simulator/random.ts';

/** The actions of a user on one cluster. */
export interface PlannedCluster {
  clusterName: string;
  /** When the user requests the create, in milliseconds from the start. */
  createAtMs: number;
  /**
   * - `create`: creates the cluster and waits until it runs.
   * - `createTwice`: two users request the same create at the same time.
   * - `cancel`, `cancelTwice`: cancels the create at `thenAtMs` with a signal.
   * - `cancelNatively`: cancels the create at `thenAtMs` as Temporal's own tools do.
   * - `delete`: requests the delete at `thenAtMs`, at any point of the create.
   * - `deleteAfter`: requests the delete when the create has ended.
   * - `createLate`: the service lists the first cluster only after a second create request.
   * - `nameTaken`: a foreign cluster with the same name exists, which must not be touched.
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
  /** The pauses between two kills of a worker, in milliseconds and in order. */
  killPausesMs: number[];
  /** When the Temporal server is killed and restarted on its database, in milliseconds from the start. */
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

/**
 * Plans a chaos run. The same seed yields the same plan.
 *
 * @param spanMs The period in which all creates are requested, in milliseconds.
 */
export function planChaos(seed: string, count: number, spanMs: number): ChaosPlan {
  const random = createRandom(`${seed}:chaos`);
  const clusters = Array.from({ length: count }, (_, index): PlannedCluster => {
    const createAtMs = Math.round(random.next() * spanMs);
    const action = pick(random.next());
    return {
      clusterName: `chaos-${String(index).padStart(4, '0')}-${action}`,
      createAtMs,
      action,
      // Ranges from the request of the create to well after its end.
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
