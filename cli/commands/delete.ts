import type { Command } from 'commander';
import type { OperationOutcome } from '../../client/index.ts';
import { deleteOptionsOf, withDeleteFlags, type DeleteFlags } from '../delete-flags.ts';
import { followToEnd } from '../follow-operation.ts';
import { connectedAction, type GlobalOptions } from '../run-command.ts';
import { nonEmpty } from '../values.ts';
import { waits, withWaitFlags, type WaitFlags } from '../wait-flags.ts';

interface Options extends GlobalOptions, WaitFlags, DeleteFlags {
  waitForRelease?: boolean;
}

export function addDelete(program: Command): void {
  const command = withDeleteFlags(program.command('delete'))
    .description('delete a cluster; if its create is running, cancel it and clean up')
    .argument('<name|ID>', 'cluster name or clusterID', nonEmpty)
    .option('--wait-for-release', 'wait one more minute, until subnets and security groups can be deleted');
  withWaitFlags(command, 'the steps', 'the cluster is gone').action(
    connectedAction(async (orchestrator, options: Options, nameOrID: string) => {
      const operation = await orchestrator.delete(nameOrID, {
        ...deleteOptionsOf(options),
        ...(options.waitForRelease === true && { waitForRelease: true }),
      });
      if (waits(options)) return followToEnd(orchestrator, operation, options, isGone);
      return { json: operation, text: `deleting: ${operation.workflowID}` };
    }),
  );
}

/** Also true for a create that the delete cancelled and that has cleaned up. */
function isGone(outcome: OperationOutcome): boolean {
  if (outcome.outcome === 'deleted' || outcome.outcome === 'absent') return true;
  const cleanup = 'cleanup' in outcome ? outcome.cleanup?.status : undefined;
  return cleanup === 'deleted' || cleanup === 'notNeeded';
}
