import type { Command } from 'commander';
import { exitCodes } from '../exit-codes.ts';
import { problemLines } from '../output.ts';
import { localAction, type GlobalOptions } from '../run-command.ts';
import { readSpecFile } from '../spec-file.ts';
import { withDisableRule, withSpecFile, type SpecFlags } from '../spec-flags.ts';

export function addValidate(program: Command): void {
  const command = program.command('validate').description('check a spec file, without Temporal or CCE');
  withDisableRule(withSpecFile(command)).action(
    localAction(async ({ file, name, disableRule }: GlobalOptions & SpecFlags) => {
      const body = await readSpecFile(file, name);
      const { validateCreateRequest } = await import('../../client/valid-spec.ts');
      const validation = validateCreateRequest(body, { disabledRules: disableRule });
      const { errors, warnings } = validation;
      const lines = [...problemLines('error', errors), ...problemLines('warning', warnings)];
      if (errors.length === 0) lines.push(`${file} is valid`);
      const exitCode = errors.length === 0 ? exitCodes.done : exitCodes.badInput;
      return { json: validation, text: lines.join('\n'), exitCode };
    }),
  );
}
