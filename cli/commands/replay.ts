import { existsSync } from 'node:fs';
import { InvalidArgumentError, type Command } from 'commander';
import { connectClient } from '../../temporal/connection/connect-client.ts';
import { openExecutionsQuery } from '../../temporal/executions/open-executions-query.ts';
import type { ReplayedExecution } from '../../worker/replay-histories.ts';
import { styled } from '../colors.ts';
import { exitCodes } from '../exit-codes.ts';
import { localAction, type CommandResult, type GlobalOptions } from '../run-command.ts';
import { nonEmpty, positiveInteger } from '../values.ts';

interface Options extends GlobalOptions {
  query: string;
  limit?: number;
  bundle?: string;
}

/** Lines of progress on standard error are so many executions apart. */
const progressEvery = 100;

export function addReplay(program: Command): void {
  program
    .command('replay')
    .description('replay histories of the namespace through the workflow code of this version, before it is deployed')
    .option('--query <query>', 'which executions, in the language of Temporal', nonEmpty, openExecutionsQuery)
    .option('--limit <count>', 'at most so many (default: all)', positiveInteger)
    .option('--bundle <file>', 'replay through this workflow bundle instead', existingFile)
    .action(localAction(replay));
}

async function replay(options: Options): Promise<CommandResult> {
  // The SDK's worker is native and slow to load, which no other command should pay for.
  const { replayHistories } = await import('../../worker/replay-histories.ts');
  const { client, dataConverter, close } = await connectClient();
  try {
    const failed: ReplayedExecution[] = [];
    let replayed = 0;
    const { query, limit = Infinity, bundle: bundlePath } = options;
    for await (const execution of replayHistories({ client, dataConverter, query, limit, bundlePath })) {
      replayed++;
      if (execution.problem !== undefined) {
        failed.push(execution);
        if (options.output !== 'json') process.stdout.write(`${failureLine(execution)}\n`);
      }
      if (replayed % progressEvery === 0) process.stderr.write(`${replayed} replayed, ${failed.length} failed\n`);
    }
    if (replayed === limit) process.stderr.write(`stopped at the limit of ${limit}: there may be more\n`);
    // Nothing is under way is good to know; a query of one's own that finds nothing is a slip.
    const isEmptyQuery = replayed === 0 && query !== openExecutionsQuery;
    const exitCode = isEmptyQuery ? exitCodes.notFound : failed.length === 0 ? exitCodes.done : exitCodes.failed;
    return { json: { replayed, failed }, text: `${replayed} replayed, ${failed.length} failed`, exitCode };
  } finally {
    await close();
  }
}

function failureLine({ workflowID, runID, problem }: ReplayedExecution): string {
  return `${styled('red', 'failed')} ${workflowID} ${runID}: ${problem ?? ''}`;
}

function existingFile(path: string): string {
  if (!existsSync(path)) throw new InvalidArgumentError('there is no such file');
  return path;
}
