import type { Command } from 'commander';
import { connectedAction, type GlobalOptions } from '../run-command.ts';
import { durationSeconds, nonEmpty } from '../values.ts';

export function addExtend(program: Command): void {
  program
    .command('extend')
    .description('set a new time to live for a cluster, counted from now')
    .argument('<name|ID>', 'cluster name or clusterID', nonEmpty)
    .requiredOption('--ttl <duration>', 'new time to live, e.g. 8h', durationSeconds)
    .action(
      connectedAction(async (orchestrator, { ttl }: GlobalOptions & { ttl: number }, nameOrID: string) => {
        const operation = await orchestrator.extendLease(nameOrID, ttl);
        const { workflowID, expiresAt } = operation;
        const expiry = expiresAt === undefined ? [] : [`  expires   ${expiresAt}`];
        return { json: operation, text: [`extended: ${workflowID}`, ...expiry].join('\n') };
      }),
    );
}
