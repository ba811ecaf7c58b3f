import { Command } from 'commander';
import { fuzz } from './fuzz.ts';

const { requests, seed } = new Command('fuzz')
  .option('--requests <number>', 'number of requests', Number, 10_000)
  .option('--seed <number>', 'the same seed gives the same requests', Number, 20_261_128)
  .parse()
  .opts<{ requests: number; seed: number }>();
const { faults, ...figures } = await fuzz({ requests, seed });
process.stdout.write(`${JSON.stringify(figures, undefined, 2)}\n`);
for (const fault of faults.slice(0, 20)) process.stdout.write(`FAULT ${fault}\n`);
process.exit(faults.length > 0 ? 1 : 0);
