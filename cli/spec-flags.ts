import { Option, type Command } from 'commander';

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
  const option = new Option('--disable-rule <id>', 'skip a validation rule; repeatable')
    .argParser((id: string, previous: readonly string[]) => [...previous, id])
    .default([], 'none');
  return command.addOption(option).hook('preAction', async () => {
    const { disableRule } = command.opts<SpecFlags>();
    if (disableRule.length === 0) return;
    // An argument parser cannot wait for the rules to load, so the check comes after it, with the message of Commander.
    const { validationRules } = await import('../client/valid-spec.ts');
    const ruleIDs = validationRules.map(({ id }) => id);
    const unknown = disableRule.find((id) => !ruleIDs.includes(id));
    if (unknown === undefined) return;
    command.error(
      `error: option '${option.flags}' argument '${unknown}' is invalid. The rules are ${ruleIDs.join(', ')}.`,
    );
  });
}
