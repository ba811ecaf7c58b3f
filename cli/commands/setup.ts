import type { Command } from 'commander';
import { connectedAction } from '../run-command.ts';

export function addSetup(program: Command): void {
  program
    .command('setup')
    .description('make the search attributes by which Temporal lists operations; once a namespace, safe to repeat')
    .action(
      connectedAction(async (orchestrator) => {
        const done = await orchestrator.setUp();
        return {
          json: done,
          text: [...linesOf(done.created, 'created'), ...linesOf(done.present, 'was there')].join('\n'),
        };
      }),
    );
}

function linesOf(names: readonly string[], what: string): string[] {
  return names.map((name) => `${name}: ${what}`);
}
