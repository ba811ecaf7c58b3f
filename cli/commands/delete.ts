import type { Command } from 'commander';
import type { DeleteOptions, OperationOutcome } from '../../client/index.ts';
import { deleteOptionsOf, withDeleteFlags, type DeleteFlags } from '../delete-flags.ts';
import { exitCodes } from '../exit-codes.ts';
import { followToEnd, printJSON, runCommand, type GlobalOptions, type WaitOptions } from '../run-command.ts';
import { nonEmpty } from '../values.ts';

interface Options extends GlobalOptions, WaitOptions, DeleteFlags {
  waitForRelease?: boolean;
}

export function addDelete(program: Command): void {
  withDeleteFlags(program.command('delete'))
    .description('delete a cluster; if its create is under way, cancel that and clean up')
    .argument('<name|ID>', 'cluster name or clusterID', nonEmpty)
    .option('--wait-for-release', 'wait another minute, until subnets and security groups can be deleted')
    .option('--watch', 'show the steps until the cluster is gone')
    .option('--wait', 'wait in silence until the cluster is gone')
    .action(async (nameOrID: string, _, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      await runCommand(options, async (orchestrator) => {
        const deleteOptions: DeleteOptions = {
          ...deleteOptionsOf(options),
          ...(options.waitForRelease === true && { waitForRelease: true }),
        };
        const operation = await orchestrator.delete(nameOrID, deleteOptions);
        if (options.watch === true || options.wait === true) {
          return followToEnd(orchestrator, operation, options, isGone);
        }
        if (options.output === 'json') printJSON(operation);
        else process.stdout.write(`deleting: ${operation.workflowID}\n`);
        return exitCodes.done;
      });
    });
}

/** Also true of a create that was cancelled for the sake of the delete and has cleaned up. */
function isGone(outcome: OperationOutcome): boolean {
  if (outcome.outcome === 'deleted' || outcome.outcome === 'absent') return true;
  const cleanup = 'cleanup' in outcome ? outcome.cleanup?.status : undefined;
  return cleanup === 'deleted' || cleanup === 'notNeeded';
}
