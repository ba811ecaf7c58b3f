import type { Command } from 'commander';
import { checkOptions, nameOrIDOption } from '../../client/check-options.ts';
import type { OperationOutcome } from '../../client/index.ts';
import { afterStart } from '../after-start.ts';
import { deleteOptionsOf, withDeleteFlags, type DeleteFlags } from '../delete-flags.ts';
import { exitCodes } from '../exit-codes.ts';
import { beginningOf, followToEnd } from '../follow-operation.ts';
import { deletionNoticeLines, statusText } from '../output.ts';
import { localAction, withOrchestrator, type GlobalOptions } from '../run-command.ts';
import { nonEmpty } from '../values.ts';
import { waits, withWaitFlags, type WaitFlags } from '../wait-flags.ts';

interface Options extends GlobalOptions, WaitFlags, DeleteFlags {
  waitForRelease?: boolean;
  foreign?: boolean;
}

export function addDelete(program: Command): void {
  const command = withDeleteFlags(program.command('delete'))
    .description('delete a cluster; if its create is running, cancel it and clean up')
    .argument('<name|ID>', 'cluster name or clusterID', nonEmpty)
    .option('--wait-for-release', 'wait one more minute, until subnets and security groups can be deleted')
    .option('--foreign', 'delete the cluster even if it does not carry our ownership marker');
  withWaitFlags(command, 'the steps', 'the cluster is gone').action(
    localAction((options: Options, nameOrID: string) => {
      checkOptions({ nameOrID: nameOrIDOption }, { nameOrID });
      return withOrchestrator(options, async (orchestrator) => {
        const operation = await orchestrator.delete(nameOrID, {
          ...deleteOptionsOf(options),
          ...(options.waitForRelease === true && { waitForRelease: true }),
          ...(options.foreign === true && { foreign: true }),
        });
        const { workflowID } = operation;
        if (waits(options)) return afterStart(workflowID, () => followToEnd(orchestrator, operation, options, isGone));
        const begun = await beginningOf(orchestrator, operation, options);
        // A delete that found nothing, or may not delete what it found, has ended already.
        if (begun?.outcome !== undefined) {
          const exitCode = isGone(begun.outcome) ? exitCodes.done : exitCodes.failed;
          return { json: begun, text: statusText(begun), exitCode };
        }
        const notices = begun === undefined ? [] : deletionNoticeLines(begun);
        return { json: operation, text: [`deleting: ${workflowID}`, ...notices].join('\n') };
      });
    }),
  );
}

/** Also true for a create that the delete cancelled and that has cleaned up. */
function isGone(outcome: OperationOutcome): boolean {
  if (outcome.outcome === 'deleted' || outcome.outcome === 'absent') return true;
  const cleanup = 'cleanup' in outcome ? outcome.cleanup?.status : undefined;
  return cleanup === 'deleted' || cleanup === 'notNeeded';
}
