import type { Command } from 'commander';
import type { Operation } from '../../client/index.ts';
import { styled } from '../colors.ts';
import { counted } from '../counted.ts';
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
        const unreadable = operations.filter((operation) => operation.unreadable).length;
        if (unreadable > 0) {
          process.stderr.write(
            `${styled('yellow', 'warning')} ${counted(unreadable, 'operation')} cannot be read, since the encryption keys differ: add the missing key to CCE_ENCRYPTION_KEYS or its file\n`,
          );
        }
        return { json: operations, text: operationTable(operations) };
      }),
    );
}
