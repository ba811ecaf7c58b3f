import type { Command } from 'commander';
import type { Operation } from '../../client/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { operationTable } from '../output.ts';
import { printJSON, runCommand, type GlobalOptions } from '../run-command.ts';
import { positiveInteger } from '../values.ts';

export function addList(program: Command): void {
  program
    .command('list')
    .description('list creates and deletes, newest first')
    .option('--running', 'only those that are under way')
    .option('--limit <count>', 'at most so many', positiveInteger, 100)
    .action(async (_, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { running?: boolean; limit: number }>();
      await runCommand(options, async (orchestrator) => {
        const operations: Operation[] = [];
        for await (const operation of orchestrator.list()) {
          if (options.running === true && operation.execution !== 'running') continue;
          operations.push(operation);
          if (operations.length === options.limit) break;
        }
        if (options.output === 'json') printJSON(operations);
        else process.stdout.write(`${operationTable(operations)}\n`);
        return exitCodes.done;
      });
    });
}
