import type { Command } from 'commander';
import { exitCodes } from '../exit-codes.ts';
import { printJSON, runCommand, type GlobalOptions } from '../run-command.ts';

export function addSetup(program: Command): void {
  program
    .command('setup')
    .description('make the search attributes by which Temporal lists operations; once a namespace, safe to repeat')
    .action(async (_, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      await runCommand(options, async (orchestrator) => {
        const done = await orchestrator.setUp();
        if (options.output === 'json') printJSON(done);
        else
          process.stdout.write([...linesOf(done.created, 'created'), ...linesOf(done.present, 'was there')].join(''));
        return exitCodes.done;
      });
    });
}

function linesOf(names: readonly string[], what: string): string[] {
  return names.map((name) => `${name}: ${what}\n`);
}
