import type { Command } from 'commander';
import { followToEnd, followToRunning } from '../follow-operation.ts';
import { statusText } from '../output.ts';
import { connectedAction, type GlobalOptions } from '../run-command.ts';
import { nonEmpty } from '../values.ts';
import { waits, withWaitFlags, type WaitFlags } from '../wait-flags.ts';

export function addStatus(program: Command): void {
  const command = program
    .command('status')
    .description('show the progress of the latest create or delete of a cluster')
    .argument('<name|ID>', 'cluster name or clusterID', nonEmpty);
  withWaitFlags(command, 'the steps', 'the operation ends').action(
    connectedAction(async (orchestrator, options: GlobalOptions & WaitFlags, nameOrID: string) => {
      const status = await orchestrator.status(nameOrID);
      if (!waits(options)) return { json: status, text: statusText(status) };
      return status.kind === 'create'
        ? followToRunning(orchestrator, status, options)
        : followToEnd(
            orchestrator,
            status,
            options,
            ({ outcome, failure }) => outcome !== 'failed' && failure === undefined,
          );
    }),
  );
}
