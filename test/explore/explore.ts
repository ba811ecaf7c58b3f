import { createAims } from './aims.ts';
import type { Explored } from './explore-order.ts';
import { startExplorers, type Explorers } from './processes.ts';
import { shrink } from './shrink.ts';

export interface ExploreOptions {
  runs: number;
  seed: string;
  /** The number of the one run to repeat. */
  only?: number;
  /** The pair that this run is to bring about. */
  aim?: string;
  /** To end with the first run that is wrong, or of which something is said that matches this pattern. */
  untilWrong?: true | string;
  /** Whether to look for a simpler history in which the same is wrong. */
  shrink?: true;
  processes: number;
}

/** Explores many histories in several processes, and prints what they show. Returns whether nothing was wrong. */
export async function explore(options: ExploreOptions): Promise<boolean> {
  const explorers = startExplorers(options.only === undefined ? options.processes : 1);
  try {
    return options.only === undefined ? await exploreAll(explorers, options) : await exploreOne(explorers, options);
  } finally {
    explorers.end();
  }
}

async function exploreOne(
  explorers: Explorers,
  { seed, only, aim, shrink: isShrunk }: ExploreOptions,
): Promise<boolean> {
  const explored = await explorers.explore({ seed: `${seed}-${only}`, ...(aim !== undefined && { aim }) });
  print(explored);
  if (isShrunk && explored.violations.length > 0) print(await shrink(explored, explorers.explore));
  return explored.violations.length === 0;
}

/** Histories are aimed at what those before the last generation have not shown: the next one begins before the last ends. */
const generation = 20;

async function exploreAll(
  explorers: Explorers,
  { runs, seed, untilWrong, shrink: isShrunk }: ExploreOptions,
): Promise<boolean> {
  const startedAtMs = Date.now();
  const aims = createAims();
  const wrong: Explored[] = [];
  const progress = (done: number) => `${done} runs in ${Math.round((Date.now() - startedAtMs) / 1000)} s`;
  const sought = untilWrong === undefined ? undefined : new RegExp(untilWrong === true ? '' : untilWrong);
  const isSought = ({ violations }: Explored) => violations.some((violation) => sought?.test(violation));
  const underWay: Promise<Explored>[][] = [];
  let done = 0;

  for (let from = 0; done < runs; from += generation) {
    const next = Array.from({ length: Math.max(0, Math.min(generation, runs - from)) }, (_, index) => {
      const number = from + index;
      return explorers.explore({ seed: `${seed}-${number}`, ...(number % 2 === 1 && { aim: aims.next() }) });
    });
    // Those that are under way when a search ends are nobody's concern.
    for (const each of next) each.catch(() => {});
    underWay.push(next);
    if (underWay.length === 1) continue;
    const explored = await Promise.all(underWay.shift()!);
    for (const each of explored) {
      done++;
      aims.note(each.pairs);
      if (each.violations.length === 0) continue;
      wrong.push(each);
      if (isSought(each)) {
        console.log(`wrong after ${progress(done)}: ${sentenceOf(each)}`);
        return false;
      }
      console.log(sentenceOf(each));
    }
    if (done % 400 === 0) console.log(progress(done));
  }
  if (untilWrong !== undefined) return true;
  if (isShrunk) for (const each of wrong.slice(0, 3)) print(await shrink(each, explorers.explore));
  printCoverage(aims.counts);
  console.log(`\n${progress(runs)}: ${wrong.length} wrong`);
  return wrong.length === 0;
}

function printCoverage(counts: ReadonlyMap<string, number>): void {
  console.log('\nruns in which it occurred:');
  const rows = [...counts].toSorted(([, one], [, other]) => one - other);
  for (const [pair, count] of rows) console.log(`${String(count).padStart(6)}  ${pair}`);
  const never = rows.filter(([, count]) => count === 0).map(([pair]) => pair);
  console.log(never.length === 0 ? '\nevery pair occurred' : `\nnever occurred: ${never.join(', ')}`);
}

function sentenceOf({ seed, aim, violations }: Explored): string {
  return `${seed}${aim === undefined ? '' : ` (--aim '${aim}')`}: ${violations.join('; ') || 'nothing is wrong'}`;
}

function print(explored: Explored): void {
  const { digest, story, told } = explored;
  console.log([`\n${sentenceOf(explored)} (${digest})`, ...story, '', ...told].join('\n  '));
}
