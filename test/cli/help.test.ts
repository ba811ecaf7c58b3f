import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { examples } from '../../cli/examples.ts';
import { createProgram } from '../../cli/program.ts';
import { ccectl } from '../ccectl.ts';
import { commandProblem } from '../quoted-commands.ts';

const program = createProgram();
const commands = wordsOfAll(program);

function wordsOfAll(command: Command, words: readonly string[] = []): string[] {
  return [words.join(' '), ...command.commands.flatMap((child) => wordsOfAll(child, [...words, child.name()]))];
}

describe('the help of every command', () => {
  it('has examples, and no examples are of a command that does not exist', () => {
    expect(Object.keys(examples).toSorted()).toEqual(commands.toSorted());
  });

  it.each(commands)('shows commands that exist and all options that they need: ccectl %s', async (words) => {
    const { exitCode, stdout } = await ccectl([...words.split(' ').filter(Boolean), '--help']);
    expect(exitCode).toBe(0);
    const [, shown = ''] = /\nExamples:\n((?: {2}.+\n)+)/.exec(stdout) ?? [];
    const lines = shown.trim().split('\n');
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      const text = line.trim();
      expect(text).toContain('ccectl ');
      expect(commandProblem({ kind: 'command', text, file: 'examples.ts', line: 0 }, program)).toBeUndefined();
      expect(missingOptions(text)).toEqual([]);
    }
  });

  it.each(['reconcile', 'teardown'])(
    'says that `now` can be omitted, and where its options are: ccectl %s',
    async (group) => {
      const { stdout } = await ccectl([group, '--help']);
      expect(stdout).toContain(`\`now\` is the default and can be omitted. Its options: ccectl ${group} now --help`);
    },
  );

  it('lists the global options, and says which options are required', async () => {
    const { stdout } = await ccectl(['extend', '--help']);
    expect(stdout).toMatch(/--ttl <duration> +new time to live, e\.g\. 8h \(required\)/);
    expect(stdout).toMatch(/Global Options:[^]+--output <format>/);
    expect(stdout).toContain('Exit codes and variables: ccectl --help');
  });
});

/** The required options that an example of a command leaves out. */
function missingOptions(text: string): string[] {
  const words = text
    .replace(/ +#.*$/, '')
    .split(' ')
    .slice(text.split(' ').indexOf('ccectl') + 1);
  let command = program;
  for (const word of words) command = command.commands.find((child) => child.name() === word) ?? command;
  return command.options
    .filter(({ mandatory, long, short }) => mandatory && !words.includes(long ?? '') && !words.includes(short ?? ''))
    .map(({ flags }) => flags);
}
