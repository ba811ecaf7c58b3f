import type { Contender } from './contender.ts';
import { crashRun, type CrashedRun } from './crash-run.ts';
import { medianFigures, type Figures } from './figures.ts';
import { measureRun, type MeasuredRun } from './measure-run.ts';
import type { BenchSettings } from './surroundings.ts';

/** The results of one contender. */
export interface Compared {
  name: string;
  description: string;
  medians: Figures;
  runs: MeasuredRun[];
  crash?: CrashedRun;
  /** The errors of runs that failed and are not in `runs` or `crash`. */
  failures: string[];
}

export interface ComparisonSettings extends BenchSettings {
  /** The number of runs of each contender. */
  runs: number;
  /** Whether each contender also has a run in which it is killed. */
  crash: boolean;
  /** Called with progress messages. */
  say: (line: string) => void;
}

/** Runs all contenders in turn, so that a slowdown of the machine affects all of them. */
export async function compare(contenders: readonly Contender[], settings: ComparisonSettings): Promise<Compared[]> {
  const { runs, say } = settings;
  const compared = contenders.map((contender) => ({
    contender,
    runs: [] as MeasuredRun[],
    crash: undefined as CrashedRun | undefined,
    failures: [] as string[],
  }));

  for (let count = 1; count <= runs; count++) {
    for (const { contender, runs: measured, failures } of compared) {
      say(`${contender.name}: run ${count} of ${runs}`);
      const run = await attempt(() => measureRun(contender, settings), failures);
      if (run === undefined) continue;
      measured.push(run);
      say(`${contender.name}: ${(run.figures.wallSeconds ?? NaN).toFixed(1)} s`);
    }
  }
  for (const each of settings.crash ? compared : []) {
    say(`${each.contender.name}: run with a SIGKILL half-way`);
    each.crash = await attempt(() => crashRun(each.contender, settings), each.failures);
    if (each.crash !== undefined) say(`${each.contender.name}: ${each.crash.wallSeconds.toFixed(1)} s`);
  }
  return compared.map(({ contender: { name, description }, runs: measured, crash, failures }) => ({
    name,
    description,
    medians: medianFigures(measured.map(({ figures }) => figures)),
    runs: measured,
    ...(crash !== undefined && { crash }),
    failures,
  }));

  /** Records an error of one contender, so that the others still run. */
  async function attempt<Run>(run: () => Promise<Run>, failures: string[]): Promise<Run | undefined> {
    try {
      return await run();
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      failures.push(failure);
      say(`failed: ${failure}`);
      return undefined;
    }
  }
}
