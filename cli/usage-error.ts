import type { CommanderError } from 'commander';

/** What `-o json` prints for a command line that commander refuses. */
export function usageErrorOf({ code, message }: CommanderError): { name: string; message: string; problems: [] } {
  // A group without a command prints its help instead of a message.
  const text = code === 'commander.help' ? 'the command is missing' : message.replace(/^error: /, '');
  return { name: 'UsageError', message: text, problems: [] };
}
