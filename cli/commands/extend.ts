import type { Command } from 'commander';
import { exitCodes } from '../exit-codes.ts';
import { printJSON, runCommand, type GlobalOptions } from '../run-command.ts';
import { durationSeconds, nonEmpty } from '../values.ts';

export function addExtend(program: Command): void {
  program
    .command('extend')
    .description('set the time to live of a cluster anew, counted from now')
    .argument('<name|ID>', 'cluster name or clusterID', nonEmpty)
    .requiredOption('--ttl <duration>', 'e.g. 8h', durationSeconds)
    .action(async (nameOrID: string, _, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { ttl: number }>();
      await runCommand(options, async (orchestrator) => {
        const operation = await orchestrator.extendLease(nameOrID, options.ttl);
        if (options.output === 'json') printJSON(operation);
        else process.stdout.write(`extended: ${operation.workflowID}\n`);
        return exitCodes.done;
      });
    });
}
