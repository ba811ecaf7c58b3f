import type { Command } from 'commander';
import type { Operation } from '../../client/index.ts';
import { operationTable } from '../output.ts';
import { connectedAction, type GlobalOptions } from '../run-command.ts';
import { positiveInteger } from '../values.ts';

interface Options extends GlobalOptions {
  running?: boolean;
  limit: number;
}

export function addList(program: Command): void {
  program
    .command('list')
    .description('list creates and deletes, newest first')
    .option('--running', 'only running operations')
    .option('--limit <count>', 'maximum number to list', positiveInteger, 100)
    .action(
      connectedAction(async (orchestrator, { running, limit }: Options) => {
        const operations: Operation[] = [];
        for await (const operation of orchestrator.list()) {
          if (running === true && operation.execution !== 'running') continue;
          operations.push(operation);
          if (operations.length === limit) break;
        }
        return { json: operations, text: operationTable(operations) };
      }),
    );
}
