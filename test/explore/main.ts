import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { explore, type ExploreOptions } from './explore.ts';
import { explorePlanted } from './planted.ts';

const options = new Command('explore')
  .description('Explores random histories of creates and deletes, and judges each by what the service has seen.')
  .option('--runs <number>', 'number of histories', wholeNumber, 100)
  .option('--seed <text>', 'the same seed gives the same histories', '1')
  .option('--only <number>', 'repeat one of the histories, and print it', wholeNumber)
  .option('--shrink', 'look for a simpler history in which the same is wrong, and print it')
  .option('--aim <pair>', 'with --only: what that history was to bring about')
  .option(
    '--until-wrong [pattern]',
    'end with the first history of which something wrong is said, or something that matches',
  )
  .option(
    '--planted [text]',
    'plant faults in a copy of the project, all or those named so, and count the histories until each is found',
  )
  .option('--processes <number>', 'number of processes', wholeNumber, availableParallelism())
  .addHelpText(
    'after',
    `
Examples:
  npm run explore -- --runs 2000 --seed 7
  npm run explore -- --seed 7 --only 1234 --shrink
  npm run explore -- --planted --runs 2000`,
  )
  .parse()
  .opts<ExploreOptions & { planted?: true | string }>();

const { runs, seed, processes, planted } = options;
const isGood = await (planted === undefined
  ? explore(options)
  : explorePlanted(runs, seed, processes, planted === true ? '' : planted));
process.exit(isGood ? 0 : 1);

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Give a whole number.');
  return Number(text);
}
