import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { commandsIn, type Quote } from './quotes.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Flags of other programs that the documents mention by themselves. */
const foreignFlags = ['--build-arg', '--max-semi-space-size', '--max-old-space-size', '--ui-codec-endpoint'];

const flagPattern = /^--[a-z]|^-[a-z]\b(?!-)/;

/** What is wrong with the commands and flags that a quote gives one of our programs. */
export function commandProblem({ kind, text }: Quote, ccectl: Command): string | undefined {
  if (kind === 'link') return undefined;
  for (const words of commandsIn(text)) {
    const isFlag = kind === 'code' && flagPattern.test(words[0] ?? '');
    const problem = isFlag ? flagProblem(words, ccectl) : callProblem(words, kind, ccectl);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** A flag by itself, in backticks, belongs to any of our programs. */
function flagProblem([word = '']: readonly string[], ccectl: Command): string | undefined {
  const [flag = ''] = word.split('=');
  const isKnown =
    foreignFlags.includes(flag) ||
    [ccectl, ...descendantsOf(ccectl)].some((command) => optionOf(command, flag)) ||
    Object.keys(packageJson.scripts).some((script) => knowsFlag(script, flag));
  return isKnown ? undefined : 'is not a flag';
}

function callProblem(words: readonly string[], kind: Quote['kind'], ccectl: Command): string | undefined {
  const at = words.findIndex((word) => word === 'ccectl' || word.endsWith('dist/cli/main.js'));
  const given = words.slice(at + 1);
  if (at !== -1) return argumentsProblem(ccectl, given[0] === '--' ? given.slice(1) : given);
  if (words[0] === 'npm' && words.includes('--')) return scriptFlagsProblem(words);
  // `create --ttl 8h` and the like, where the text is about ccectl.
  const isPart = kind === 'code' && words.length > 1 && ccectl.commands.some((command) => command.name() === words[0]);
  return isPart ? argumentsProblem(ccectl, words) : undefined;
}

/** The flags of scripts other than `ccectl` are looked up in their source: to load them all takes seconds. */
function scriptFlagsProblem(words: readonly string[]): string | undefined {
  const [script = ''] = words.slice(2).filter((word) => !word.startsWith('-'));
  const flags = words.slice(words.indexOf('--') + 1).filter((word) => flagPattern.test(word));
  const unknown = flags.filter((flag) => !knowsFlag(script, flag));
  return unknown.length === 0 ? undefined : `has ${unknown.join(', ')}, which "${script}" does not know`;
}

function knowsFlag(script: string, flag: string): boolean {
  const source = sourceOf(script) ?? '';
  return [`${flag} <`, `${flag} [`, `${flag}'`].some((option) => source.includes(option));
}

function sourceOf(script: string): string | undefined {
  const command = (packageJson.scripts as Record<string, string>)[script];
  const [, file] = /tsx (\S+\.ts)$/.exec(command ?? '') ?? [];
  if (file === undefined) return undefined;
  // The worker has its flags beside its entry.
  const sources = [file, join(dirname(file), 'command-line.ts')].filter((path) => existsSync(join(root, path)));
  return sources.map((path) => readFileSync(join(root, path), 'utf8')).join('\n');
}

function argumentsProblem(program: Command, words: readonly string[]): string | undefined {
  let command = program;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (word === '<' || word === '>') return undefined;
    if (flagPattern.test(word)) {
      const [flag = '', value] = word.split('=');
      const option = optionOf(command, flag);
      if (option === undefined) return `has ${flag}, which "${command.name()}" does not know`;
      if (value === undefined && (option.required || option.optional)) index += 1;
    } else if (command.commands.length > 0) {
      const alternatives = word.split('|').map((name) => command.commands.find((child) => child.name() === name));
      const [first] = alternatives;
      if (first === undefined || alternatives.includes(undefined))
        return `has no command "${word}" in "${command.name()}"`;
      command = first;
    }
  }
  return undefined;
}

/** An option of the command, of those above it, or of the `now` that stands for a group without a command. */
function optionOf(command: Command, flag: string): { required: boolean; optional: boolean } | undefined {
  if (flag === '--help' || flag === '-h') return { required: false, optional: false };
  const now = command.commands.find((child) => child.name() === 'now');
  for (let owner: Command | null = now ?? command; owner !== null; owner = owner.parent) {
    const option = owner.options.find(({ long, short }) => long === flag || short === flag);
    if (option !== undefined) return option;
  }
  return undefined;
}

function descendantsOf(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...descendantsOf(child)]);
}
