import type { Command } from 'commander';
import type { DeleteOptions, OperationOutcome } from '../../client/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { followToEnd, printJSON, runCommand, type GlobalOptions, type WaitOptions } from '../run-command.ts';
import { nonEmpty } from '../values.ts';

interface Options extends GlobalOptions, WaitOptions {
  deleteResource?: boolean;
  deleteCdsSnapshot?: boolean;
  moveOut?: boolean;
  waitForRelease?: boolean;
}

export function addDelete(program: Command): void {
  program
    .command('delete')
    .description('delete a cluster; if its create is under way, cancel that and clean up')
    .argument('<name|ID>', 'cluster name or clusterID', nonEmpty)
    .option('--delete-resource', 'delete post-paid EIPs and CDS volumes too, which else stay on the bill')
    .option('--delete-cds-snapshot', 'delete CDS snapshots too')
    .option('--move-out', 'keep the nodes')
    .option('--wait-for-release', 'wait another minute, until subnets and security groups can be deleted')
    .option('--watch', 'show the steps until the cluster is gone')
    .option('--wait', 'wait in silence until the cluster is gone')
    .action(async (nameOrID: string, _, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      await runCommand(options, async (orchestrator) => {
        const deleteOptions: DeleteOptions = {
          ...(options.deleteResource === true && { deleteResource: true }),
          ...(options.deleteCdsSnapshot === true && { deleteCDSSnapshot: true }),
          ...(options.moveOut === true && { moveOut: true }),
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
