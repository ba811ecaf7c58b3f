import type { Command } from 'commander';
import { validateCreateRequest } from '../../client/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { problemLines } from '../output.ts';
import { printJSON, reportErrors, type GlobalOptions } from '../run-command.ts';
import { readSpecFile } from '../spec-file.ts';
import { collectRules } from '../values.ts';

export function addValidate(program: Command): void {
  program
    .command('validate')
    .description('check a spec file; needs neither Temporal nor CCE')
    .requiredOption('-f, --file <file>', 'YAML or JSON with the body of the create call; - reads standard input')
    .option('--name <name>', 'use this cluster name instead of the one in the file')
    .option('--disable-rule <id>', 'pass over a validation rule; may be repeated', collectRules, [])
    .action(async (_, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { file: string; name?: string; disableRule: string[] }>();
      process.exitCode = await reportErrors(options, async () => {
        const body = readSpecFile(options.file, options.name);
        const validation = validateCreateRequest(body, { disabledRules: options.disableRule });
        const { errors, warnings } = validation;
        if (options.output === 'json') printJSON(validation);
        else {
          const lines = [...problemLines('error', errors), ...problemLines('warning', warnings)];
          if (errors.length === 0) lines.push(`${options.file} is valid`);
          process.stdout.write(`${lines.join('\n')}\n`);
        }
        return errors.length === 0 ? exitCodes.done : exitCodes.badInput;
      });
    });
}
