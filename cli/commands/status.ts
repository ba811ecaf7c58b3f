import type { Command } from 'commander';
import { exitCodes } from '../exit-codes.ts';
import {
  followToEnd,
  followToRunning,
  printStatus,
  runCommand,
  type GlobalOptions,
  type WaitOptions,
} from '../run-command.ts';
import { nonEmpty } from '../values.ts';

export function addStatus(program: Command): void {
  program
    .command('status')
    .description('show where the latest create or delete of a cluster stands')
    .argument('<name|ID>', 'cluster name or clusterID', nonEmpty)
    .option('--watch', 'show the steps until it has ended')
    .option('--wait', 'wait in silence until it has ended')
    .action(async (nameOrID: string, _, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & WaitOptions>();
      await runCommand(options, async (orchestrator) => {
        const status = await orchestrator.status(nameOrID);
        if (options.watch === true || options.wait === true) {
          return status.kind === 'create'
            ? followToRunning(orchestrator, status, options)
            : followToEnd(orchestrator, status, options, ({ outcome }) => outcome !== 'failed');
        }
        printStatus(options, status);
        return exitCodes.done;
      });
    });
}
