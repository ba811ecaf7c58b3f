import type { Command } from 'commander';
import { connectedAction } from '../run-command.ts';

export function addSetup(program: Command): void {
  program
    .command('setup')
    .description('create the search attributes that list operations; once for each namespace, safe to repeat')
    .action(
      connectedAction(async (orchestrator) => {
        const done = await orchestrator.setUp();
        return {
          json: done,
          text: [...linesOf(done.created, 'created'), ...linesOf(done.present, 'already exists')].join('\n'),
        };
      }),
    );
}

function linesOf(names: readonly string[], what: string): string[] {
  return names.map((name) => `${name}: ${what}`);
}
