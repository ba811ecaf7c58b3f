import { Help, type Command } from 'commander';
import { examples } from './examples.ts';

/** Sets how help looks. Commands inherit it when they are added, so this comes first. */
export function formatHelp(program: Command): Command {
  return program.configureHelp({
    showGlobalOptions: true,
    optionDescription(option) {
      const text = Help.prototype.optionDescription.call(this, option);
      // Commander says it only when the option is missing.
      return option.mandatory ? `${text} (required)` : text;
    },
  });
}

/** Adds to the help of a command and of those below it their examples, and where exit codes are listed. */
export function addExamples(command: Command, words: readonly string[] = []): void {
  const lines = (examples[words.join(' ')] ?? []).map((line) => `  ${line}`);
  const pointer = words.length === 0 ? '' : '\n\nExit codes and variables: ccectl --help';
  command.addHelpText('after', `\nExamples:\n${lines.join('\n')}${pointer}`);
  for (const child of command.commands) addExamples(child, [...words, child.name()]);
}

/** What the help of a group says after its commands if its `now` stands for a missing command. */
export function nowIsDefault(group: string): string {
  return `\n\`now\` is the default and can be omitted. Its options: ccectl ${group} now --help`;
}
