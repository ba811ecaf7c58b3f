import { setTimeout as pause } from 'node:timers/promises';
import type { Contender } from './contender.ts';
import { withSurroundings, type BenchSettings } from './surroundings.ts';
import { tally, type Tally } from './tally.ts';

/** The result of a run in which the worker or script is killed half-way. */
export interface CrashedRun {
  /** The time from the first start to the last completion. */
  wallSeconds: number;
  tally: Tally;
}

/** Kills the process half-way through the creates, restarts it, and counts the clusters at the end. */
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
