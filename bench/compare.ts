import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import ms, { type StringValue } from 'ms';
import { comparisonTable } from './comparison-table.ts';
import { compare } from './comparison.ts';
import { ours } from './contender-ours.ts';
import { plainScript } from './contender-plain-script.ts';
import { textbook } from './contender-textbook.ts';
import type { Contender } from './contender.ts';
import { judge } from './verdict.ts';

const all: readonly Contender[] = [ours, plainScript, textbook];

interface Flags {
  clusters: number;
  runs: number;
  createSeconds: number;
  pollInterval: string;
  contenders?: readonly Contender[];
  crash: boolean;
  output?: string;
}

const {
  contenders = all,
  output,
  ...settings
} = new Command('bench')
  .description('brings the same clusters to run in several ways, all at once, and compares what it takes')
  .option('--clusters <count>', 'how many, all in flight at once', wholeNumber, 200)
  .option('--runs <count>', 'runs of each contender, of which the table shows the medians', wholeNumber, 3)
  .option('--create-seconds <seconds>', 'how long the service takes to make a cluster', seconds, 100)
  .option('--poll-interval <duration>', 'between two polls of one cluster', duration, '3333ms')
  .option('--contenders <names>', `some of ${all.map(({ name }) => name).join(',')} (default: all)`, someOf)
  .option('--no-crash', 'leave out the runs in which the worker or script is killed half way')
  .option('--output <file.json>', 'where to write all runs, medians and verdicts')
  .parse()
  .opts<Flags>();

// Every run has a server of its own: what somebody else has on theirs would be counted too.
delete process.env.TEMPORAL_ADDRESS;
// The processes that are started die with this one, but not by a signal.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const startedAt = Date.now();
const say = (line: string) => process.stderr.write(`${((Date.now() - startedAt) / 1000).toFixed(0)} s: ${line}\n`);
const compared = await compare(contenders, { ...settings, say });
const pollIntervalSeconds = ms(settings.pollInterval as StringValue) / 1000;
const verdict = judge(compared, pollIntervalSeconds);
const machine = { processors: availableParallelism(), platform: process.platform, node: process.version };
const { clusters, runs, createSeconds, pollInterval } = settings;
console.log(
  `${clusters} clusters at once, ${createSeconds} s each, polled every ${pollInterval}; medians of ${runs} runs; ` +
    `all processes on ${machine.processors} processors, Node ${machine.node}`,
);
console.log(comparisonTable(compared, verdict));
if (resonates(createSeconds, pollIntervalSeconds)) {
  console.log(
    'The creation lasts a whole number of polls, so that whoever polls by the clock sees its end at once, by luck: ' +
      `for delays that mean something choose --create-seconds ${(createSeconds + pollIntervalSeconds / 2).toFixed(1)}.`,
  );
}
if (output !== undefined) {
  writeFileSync(output, `${JSON.stringify({ settings, machine, contenders: compared, verdict }, null, 2)}\n`);
}
// A measurement is no test: whatever came out, it was measured.
process.exit(0);

/** Whether a poll by the clock comes within a fifth of an interval of the end of the creation, as good as always. */
function resonates(createdInSeconds: number, intervalSeconds: number): boolean {
  const polls = createdInSeconds / intervalSeconds;
  return Math.abs(polls - Math.round(polls)) < 0.2;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('This is not a whole number from 1.');
  return value;
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('This is not a time in seconds.');
  return value;
}

function duration(text: string): string {
  if (!/[a-z]$/i.test(text) || !(ms(text as StringValue) > 0)) {
    throw new InvalidArgumentError('This is not a duration such as 10s.');
  }
  return text;
}

function someOf(text: string): Contender[] {
  return text.split(',').map((wanted) => {
    const contender = all.find(({ name }) => name === wanted);
    if (contender === undefined) throw new InvalidArgumentError(`There is no "${wanted}".`);
    return contender;
  });
}
