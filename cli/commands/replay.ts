import { existsSync } from 'node:fs';
import { InvalidArgumentError, type Command } from 'commander';
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

/** Executions between two lines of progress on standard error. */
const progressEvery = 100;

export function addReplay(program: Command): void {
  program
    .command('replay')
    .description('check the workflow code of this version against the histories of the namespace, before you deploy it')
    .option('--query <query>', 'list filter of Temporal that selects the executions', nonEmpty, openExecutionsQuery)
    .option('--limit <count>', 'maximum number to replay (default: all)', positiveInteger)
    .option('--bundle <file>', 'workflow bundle to check instead of the installed one', existingFile)
    .action(localAction(replay));
}

async function replay(options: Options): Promise<CommandResult> {
  // Imported here so that no other command waits for the native worker of the SDK to load.
  const { connectClient } = await import('../../temporal/connection/connect-client.ts');
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
    if (replayed === limit) process.stderr.write(`stopped at the limit of ${limit}; there may be more\n`);
    // It is fine if nothing is running. A query that the user wrote and that finds nothing is probably a mistake.
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
  if (!existsSync(path)) throw new InvalidArgumentError('No such file.');
  return path;
}
