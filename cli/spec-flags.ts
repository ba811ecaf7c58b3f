import { Option, type Command } from 'commander';
import { collectRules } from './values.ts';

/** The flags of every command that reads the spec of one cluster. */
export interface SpecFlags {
  file: string;
  name?: string;
  disableRule: string[];
}

export function withSpecFile(command: Command): Command {
  return command
    .requiredOption(
      '-f, --file <file>',
      'spec file, YAML or JSON with the body of the create call; - reads standard input',
    )
    .option('--name <name>', 'name of the cluster, instead of the one in the file');
}

export function withDisableRule(command: Command): Command {
  return command.addOption(
    new Option('--disable-rule <id>', 'skip a validation rule; repeatable').argParser(collectRules).default([], 'none'),
  );
}
