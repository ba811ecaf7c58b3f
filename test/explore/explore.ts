import { answerPairs } from './answers.ts';
import type { Explored, Order } from './explore-order.ts';
import { messagePairs } from './people.ts';
import { startExplorers, type Explorers } from './processes.ts';
import { shrink } from './shrink.ts';

export interface ExploreOptions {
  runs: number;
  seed: string;
  /** The number of the one run to repeat. */
  only?: number;
  /** Whether to end with the first run that is wrong. */
  untilWrong?: boolean;
  processes: number;
}

/** What a history may bring together. */
const pairs = [...answerPairs, ...messagePairs];

/** Explores many histories in several processes, and prints what they show. Returns whether nothing was wrong. */
export async function explore(options: ExploreOptions): Promise<boolean> {
  const explorers = startExplorers(options.only === undefined ? options.processes : 1);
  try {
    return await exploreWith(explorers, options);
  } finally {
    explorers.end();
  }
}

async function exploreWith(explorers: Explorers, options: ExploreOptions): Promise<boolean> {
  const { runs, seed, only, untilWrong = false, processes } = options;
  const startedAtMs = Date.now();
  const counts = new Map<string, number>(pairs.map((pair) => [pair, 0]));
  const wrong: Explored[] = [];
  const left = only === undefined ? Array.from({ length: runs }, (_, number) => number) : [only];
  let done = 0;
  const progress = () => `${done} runs in ${Math.round((Date.now() - startedAtMs) / 1000)} s`;

  async function work(): Promise<void> {
    while (left.length > 0 && !(untilWrong && wrong.length > 0)) {
      const explored = await explorers.explore(orderOf(seed, left.shift()!, counts));
      done++;
      for (const pair of explored.pairs) counts.set(pair, (counts.get(pair) ?? 0) + 1);
      if (only !== undefined) print(explored);
      if (done % 100 === 0) console.log(progress());
      if (explored.violations.length === 0) continue;
      wrong.push(explored);
      console.log(`${explored.seed}: ${explored.violations.join('; ')}`);
    }
  }
  await Promise.all(Array.from({ length: processes }, work));

  const [first] = wrong;
  if (untilWrong) {
    if (first !== undefined) console.log(`wrong after ${progress()}: ${first.seed}: ${first.violations.join('; ')}`);
    return first === undefined;
  }
  for (const explored of wrong.slice(0, 3)) print(await shrink(explored, explorers.explore));
  if (only === undefined) printCoverage(counts);
  console.log(`\n${progress()}: ${wrong.length} wrong`);
  return wrong.length === 0;
}

/** Every second history aims at one pair after the other, so that the rare ones occur too. */
function orderOf(seed: string, number: number, counts: ReadonlyMap<string, number>): Order {
  const all = [...counts.keys()];
  const aim = number % 2 === 1 ? all[Math.floor(number / 2) % all.length] : undefined;
  return { seed: `${seed}-${number}`, ...(aim !== undefined && { aim }) };
}

function printCoverage(counts: ReadonlyMap<string, number>): void {
  console.log('\nruns in which it occurred:');
  const rows = [...counts].toSorted(([, one], [, other]) => one - other);
  for (const [pair, count] of rows) console.log(`${String(count).padStart(6)}  ${pair}`);
  const never = rows.filter(([, count]) => count === 0).map(([pair]) => pair);
  console.log(never.length === 0 ? '\nevery pair occurred' : `\nnever occurred: ${never.join(', ')}`);
}

function print({ seed, violations, story, told, digest }: Explored): void {
  const judgement = violations.join('; ') || 'nothing is wrong';
  console.log([`\n${seed} (${digest}): ${judgement}`, ...story, '', ...told].join('\n  '));
}
