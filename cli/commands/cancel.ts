import { Option, type Command } from 'commander';
import type { CancelRequest } from '../../client/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { followToEnd, printJSON, runCommand, type GlobalOptions, type WaitOptions } from '../run-command.ts';
import { nonEmpty } from '../values.ts';

interface Options extends GlobalOptions, WaitOptions {
  cleanup: NonNullable<CancelRequest['cleanup']>;
  reason?: string;
}

export function addCancel(program: Command): void {
  program
    .command('cancel')
    .description('cancel the create of a cluster and clean up, or stop waiting for a delete')
    .argument('<name>', 'cluster name or clusterID', nonEmpty)
    .addOption(
      new Option('--cleanup <policy>', 'what becomes of a cluster that exists already')
        .choices(['delete', 'keep'])
        .default('delete'),
    )
    .option('--reason <text>', 'shown in the outcome')
    .option('--watch', 'show the clean-up until it has ended')
    .option('--wait', 'wait in silence until the clean-up has ended')
    .action(async (nameOrID: string, _, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      await runCommand(options, async (orchestrator) => {
        const operation = await orchestrator.cancel(nameOrID, {
          cleanup: options.cleanup,
          ...(options.reason !== undefined && { reason: options.reason }),
        });
        if (options.watch === true || options.wait === true) {
          return followToEnd(
            orchestrator,
            operation,
            options,
            (outcome) =>
              outcome.outcome === 'cancelled' && !('cleanup' in outcome && outcome.cleanup?.status === 'incomplete'),
          );
        }
        if (options.output === 'json') printJSON(operation);
        else process.stdout.write(`cancelling: ${operation.workflowID}\n`);
        return exitCodes.done;
      });
    });
}
