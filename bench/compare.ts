import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import ms, { type StringValue } from 'ms';
import { positiveInteger } from '../cli/values.ts';
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
  .description(
    'Creates the same clusters with each contender, all at once, and compares times, API calls, CPU and memory.',
  )
  .option('--clusters <count>', 'number of clusters, all created at the same time', positiveInteger, 200)
  .option('--runs <count>', 'number of runs of each contender; the table shows medians', positiveInteger, 3)
  .option('--create-seconds <seconds>', 'time that the service takes to create a cluster', seconds, 100)
  .option('--poll-interval <duration>', 'time between two polls of a cluster', duration, '3333ms')
  .option(
    '--contenders <names>',
    `comma-separated list of ${all.map(({ name }) => name).join(', ')} (default: all)`,
    someOf,
  )
  .option('--no-crash', 'skip the runs in which the worker or script is killed half-way')
  .option('--output <file.json>', 'file for all runs, medians and verdicts')
  .parse()
  .opts<Flags>();

// Every run starts its own server, because workflows on an existing server would be counted too.
delete process.env.TEMPORAL_ADDRESS;
// Child processes end when this process exits, but not when a signal kills it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const startedAt = Date.now();
const say = (line: string) => process.stderr.write(`${((Date.now() - startedAt) / 1000).toFixed(0)} s: ${line}\n`);
const compared = await compare(contenders, { ...settings, say });
const pollIntervalSeconds = ms(settings.pollInterval as StringValue) / 1000;
const verdict = judge(compared, pollIntervalSeconds);
const machine = { processors: availableParallelism(), platform: process.platform, node: process.version };
const { clusters, runs, createSeconds, pollInterval } = settings;
console.log(
  `${clusters} concurrent clusters, ${createSeconds} s each, polled every ${pollInterval}; medians of ${runs} runs; ` +
    `${machine.processors} processors for all processes, Node ${machine.node}`,
);
console.log(comparisonTable(compared, verdict));
if (resonates(createSeconds, pollIntervalSeconds)) {
  console.log(
    'The create time is a multiple of the poll interval, so a fixed-interval poller happens to see the end at once. ' +
      `For meaningful delays use --create-seconds ${(createSeconds + pollIntervalSeconds / 2).toFixed(1)}.`,
  );
}
if (output !== undefined) {
  writeFileSync(output, `${JSON.stringify({ settings, machine, contenders: compared, verdict }, null, 2)}\n`);
}
// The exit code is 0 for any result, because this is a measurement and not a test.
process.exit(0);

/** Whether a fixed-interval poll almost always falls within a fifth of an interval of the end of the create. */
function resonates(createdInSeconds: number, intervalSeconds: number): boolean {
  const polls = createdInSeconds / intervalSeconds;
  return Math.abs(polls - Math.round(polls)) < 0.2;
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('It must be a positive number of seconds.');
  return value;
}

function duration(text: string): string {
  if (!/[a-z]$/i.test(text) || !(ms(text as StringValue) > 0)) {
    throw new InvalidArgumentError('It must be a duration such as 10s.');
  }
  return text;
}

function someOf(text: string): Contender[] {
  return text.split(',').map((wanted) => {
    const contender = all.find(({ name }) => name === wanted);
    if (contender === undefined) throw new InvalidArgumentError(`There is no contender "${wanted}".`);
    return contender;
  });
}
