import { setTimeout as pause } from 'node:timers/promises';
import type { Contender } from './contender.ts';
import { withSurroundings, type BenchSettings } from './surroundings.ts';
import { tally, type Tally } from './tally.ts';

/** One run in the middle of which the worker or script was killed. */
export interface CrashedRun {
  /** From the first start to the last completion. */
  wallSeconds: number;
  tally: Tally;
}

/** Kills the process when the clusters are half made, starts it again, and counts what there is in the end. */
export function crashRun(contender: Contender, settings: BenchSettings): Promise<CrashedRun> {
  return withSurroundings(contender, settings, async ({ simulator, run, clusterNames, deadline }) => {
    const startedAtMs = Date.now();
    await Promise.all([run.begin(clusterNames), pause((settings.createSeconds / 2) * 1000).then(() => run.crash())]);
    await run.ended(deadline);
    const results = await run.results();
    return {
      wallSeconds: (Math.max(...results.map(({ endedAtMs }) => endedAtMs)) - startedAtMs) / 1000,
      tally: tally(results, await simulator.clusters()),
    };
  });
}
