import { Option, type Command } from 'commander';
import type { CancelRequest, OperationOutcome } from '../../client/index.ts';
import { afterStart } from '../after-start.ts';
import { followToEnd } from '../follow-operation.ts';
import { connectedAction, type GlobalOptions } from '../run-command.ts';
import { nonEmpty } from '../values.ts';
import { waits, withWaitFlags, type WaitFlags } from '../wait-flags.ts';

interface Options extends GlobalOptions, WaitFlags {
  cleanup: NonNullable<CancelRequest['cleanup']>;
  reason?: string;
  abandon?: boolean;
}

export function addCancel(program: Command): void {
  const cancel = program
    .command('cancel')
    .description('cancel the create of a cluster and clean up, or stop waiting for a delete')
    .argument('<name|ID>', 'cluster name or clusterID', nonEmpty)
    .addOption(
      new Option('--cleanup <policy>', 'what to do with a cluster that already exists')
        .choices(['delete', 'keep'])
        .default('delete'),
    )
    .option('--reason <text>', 'reason, which the outcome shows')
    .option('--abandon', 'give up a clean-up that is under way; its outcome names what is left');
  withWaitFlags(cancel, 'the steps', 'the clean-up ends').action(
    connectedAction(async (orchestrator, options: Options, nameOrID: string) => {
      const { cleanup, reason, abandon = false } = options;
      const operation = await orchestrator.cancel(nameOrID, {
        cleanup,
        ...(reason !== undefined && { reason }),
        ...(abandon && { abandon }),
      });
      const { workflowID } = operation;
      if (waits(options)) {
        return afterStart(workflowID, () => followToEnd(orchestrator, operation, options, isCancelled));
      }
      return { json: operation, text: `${abandon ? 'giving up the clean-up' : 'cancelling'}: ${workflowID}` };
    }),
  );
}

function isCancelled(outcome: OperationOutcome): boolean {
  const cleanup = 'cleanup' in outcome ? outcome.cleanup : undefined;
  // An objection means that the clean-up was to delete the cluster, and did not.
  const isLeft = cleanup?.status === 'incomplete' || cleanup?.objection !== undefined;
  return outcome.outcome === 'cancelled' && !isLeft;
}
