import { createHash } from 'node:crypto';
import { repeatedDraws, seededDraws } from './draws.ts';
import { exploreRun } from './explore-run.ts';
import { judge } from './oracle.ts';
import type { Sandbox } from './temporal/sandbox.ts';

/** A run to explore. */
export interface Order {
  seed: string;
  /** A pair of what may come together that the run is to bring about, if it can. */
  aim?: string;
  /** What to decide instead of what the seed says. */
  decisions?: readonly number[];
}

/** What a run has shown. */
export interface Explored extends Order {
  decisions: readonly number[];
  violations: string[];
  pairs: string[];
  story: string[];
  /** What people asked for and were told at the end. */
  told: string[];
  /** The same for two runs in which the same has happened. */
  digest: string;
}

/** The activities whose names workflows may call. */
export const activityNames = [
  'validateCluster',
  'compareSpec',
  'findClusters',
  'submitCluster',
  'lookAtCluster',
  'watchCluster',
  'deleteCluster',
  'listMarkedClusters',
  'findTeardownTargets',
  'describeCreates',
  'startItems',
  'awaitItems',
  'cancelItems',
  'holdPages',
];

/** Explores one run, and judges it. */
export async function exploreOrder(sandbox: Sandbox, order: Order): Promise<Explored> {
  const { seed, aim, decisions } = order;
  const draws = decisions === undefined ? seededDraws(seed) : repeatedDraws(decisions);
  try {
    const record = await exploreRun({ sandbox, draws, ...(aim !== undefined && { aim }) });
    const told = [
      ...record.asked.map(({ message, answer, clusterID = '' }) => `${message} ${clusterID}: ${answer}`),
      ...record.operations.map(
        ({ kind, runID, execution, outcome }) =>
          `${kind} ${runID} ${execution}: ${JSON.stringify({ ...outcome, steps: [] })}`,
      ),
      ...record.clusters.map(({ clusterID, state }) => `${clusterID} ${state}`),
    ];
    const { story } = record;
    const digest = createHash('sha256')
      .update([...story, ...told].join('\n'))
      .digest('hex')
      .slice(0, 16);
    const violations = judge(record);
    return { ...order, decisions: draws.drawn, violations, pairs: [...record.pairs], story, told, digest };
  } catch (error) {
    // As of the explorer itself: it must not pass for a run in which nothing is wrong.
    const thrown = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const nothing = { pairs: [], story: [], told: [], digest: '' };
    return { ...order, decisions: draws.drawn, ...nothing, violations: [thrown.slice(0, 2_000)] };
  }
}
