import { Command } from 'commander';
import { plainTable } from '../cli/plain-table.ts';
import { positiveInteger } from '../cli/values.ts';
import { createLimitSeconds, runChaos } from './chaos-run.ts';
import { findings, type ChaosVerdict } from './chaos-verdict.ts';

const program = new Command('chaos')
  .description(
    'Creates, cancels and deletes clusters while the service, workers and Temporal fail, and checks what remains.',
  )
  .option('--clusters <count>', 'number of clusters', positiveInteger, 300)
  .option('--seed <text>', 'seed of the random actions and faults', '1')
  .option('-o, --output <format>', 'text or json', 'text')
  .parse();
const { clusters, seed, output } = program.opts<{ clusters: number; seed: string; output: string }>();

const startedAt = Date.now();
const verdict = await runChaos({
  clusters,
  seed,
  spanMs: Math.max(10_000, clusters * 200),
  deadlineMs: Math.max(10_000, clusters * 200) + createLimitSeconds * 1_000,
  workerEntry: ['dist/worker/main.js'],
  say: (line) => process.stderr.write(`${((Date.now() - startedAt) / 1000).toFixed(0)} s: ${line}\n`),
});
const isGood = findings.every((finding) => verdict[finding].length === 0);
process.stdout.write(output === 'json' ? `${JSON.stringify(verdict, null, 2)}\n` : `${table(verdict)}\n`);
process.stderr.write(
  `${isGood ? 'passed: nothing is left behind' : 'FAILED'} after ${(Date.now() - startedAt) / 1000} s\n`,
);
process.exit(isGood ? 0 : 1);

function table(result: ChaosVerdict): string {
  const rows = Object.entries(result).map(([name, value]: [string, ChaosVerdict[keyof ChaosVerdict]]) => {
    if (typeof value === 'number') return [name, String(value), ''];
    if (Array.isArray(value)) return [name, String(value.length), value.slice(0, 5).join(', ')];
    return [
      name,
      '',
      Object.entries(value)
        .map((entry) => entry.join(' '))
        .join(', '),
    ];
  });
  return plainTable(['RESULT', 'COUNT', 'DETAILS'], rows);
}
