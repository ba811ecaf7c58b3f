import { answerPairs } from './answers.ts';
import { messagePairs } from './people.ts';
import { exploreAll, exploreOne } from './processes.ts';
import type { Explored, Order } from './process.ts';
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
export async function explore({ runs, seed, only, untilWrong = false, processes }: ExploreOptions): Promise<boolean> {
  const numbers = only === undefined ? Array.from({ length: runs }, (_, number) => number) : [only];
  const left = numbers.map((number) => orderOf(seed, number));
  const startedAtMs = Date.now();
  const counts = new Map<string, number>(pairs.map((pair) => [pair, 0]));
  const wrong: Explored[] = [];
  let done = 0;
  let abandoned = 0;
  const progress = () => `${done} runs in ${Math.round((Date.now() - startedAtMs) / 1000)} s`;

  while (left.length > 0 && !(untilWrong && wrong.length > 0)) {
    const suspects: Explored[] = [];
    await exploreAll(left, processes, (explored) => {
      done++;
      if (explored.abandoned !== undefined) {
        abandoned++;
        console.log(`${explored.seed}: abandoned: ${explored.abandoned.slice(0, 300)}`);
        return;
      }
      for (const pair of explored.pairs) counts.set(pair, (counts.get(pair) ?? 0) + 1);
      if (explored.violations.length > 0) suspects.push(explored);
      if (only !== undefined) print(explored);
      if (done % 100 === 0) console.log(progress());
      return untilWrong && suspects.length > 0;
    });
    for (const suspect of suspects) {
      // Repeated on a server of its own, since an earlier run may have left the server in disorder.
      const repeated = await exploreOne(suspect);
      const isWrong = repeated.violations.length > 0;
      if (isWrong) wrong.push(repeated);
      console.log(`${suspect.seed}: ${suspect.violations.join('; ')}${isWrong ? '' : ' (when repeated: nothing)'}`);
    }
  }

  if (untilWrong) {
    const [first] = wrong;
    if (first !== undefined) console.log(`wrong after ${progress()}: ${first.seed}: ${first.violations.join('; ')}`);
    return first === undefined;
  }
  for (const explored of wrong.slice(0, 3)) {
    print(await shrink(explored, (decisions) => exploreOne({ seed: explored.seed, decisions })));
  }
  if (only === undefined) {
    console.log('\nruns in which it occurred:');
    const rows = [...counts].toSorted(([, one], [, other]) => one - other);
    for (const [pair, count] of rows) console.log(`${String(count).padStart(6)}  ${pair}`);
  }
  console.log(`\n${progress()}: ${wrong.length} wrong, ${abandoned} abandoned`);
  // Some runs end in disorder of the server that skips time; many of them would hide what is wrong.
  return wrong.length === 0 && abandoned * 50 <= done;
}

/** Every second history aims at one pair after the other, so that the rare ones occur too. */
function orderOf(seed: string, number: number): Order {
  const aim = number % 2 === 1 ? pairs[Math.floor(number / 2) % pairs.length] : undefined;
  return { seed: `${seed}-${number}`, ...(aim !== undefined && { aim }) };
}

function print({ seed, violations, story, told }: Explored): void {
  console.log([`\n${seed}: ${violations.join('; ') || 'nothing is wrong'}`, ...story, '', ...told].join('\n  '));
}
