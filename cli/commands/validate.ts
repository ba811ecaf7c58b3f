import type { Command } from 'commander';
import type { Validation } from '../../client/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { problemLines } from '../output.ts';
import {
  localAction,
  warnBlocked,
  withOrchestrator,
  type CommandResult,
  type GlobalOptions,
  type Printed,
} from '../run-command.ts';
import { readSpecFile } from '../spec-file.ts';
import { withDisableRule, withSpecFile, type SpecFlags } from '../spec-flags.ts';

type Options = GlobalOptions & SpecFlags & { online?: boolean };

export function addValidate(program: Command): void {
  const command = program.command('validate').description('check a spec file, without Temporal or CCE');
  withDisableRule(withSpecFile(command))
    .option('--online', 'also ask CCE, through a worker, about quota, ranges and machine types')
    .action(localAction(validate));
}

async function validate(options: Options): Promise<CommandResult> {
  const { file, name, disableRule, online } = options;
  const body = await readSpecFile(file, name);
  const { validateCreateRequest } = await import('../../client/valid-spec.ts');
  const validation = validateCreateRequest(body, { disabledRules: disableRule });
  // A spec that breaks the rules would only be refused again.
  if (online !== true || validation.errors.length > 0) return resultOf(file, validation);
  return withOrchestrator(options, async (orchestrator) => {
    const { errors, warnings } = await orchestrator.check(body, { disabledRules: disableRule, onBlocked: warnBlocked });
    return resultOf(file, { errors, warnings });
  });
}

function resultOf(file: string, validation: Validation): Printed {
  const { errors, warnings } = validation;
  const lines = [...problemLines('error', errors), ...problemLines('warning', warnings)];
  if (errors.length === 0) lines.push(`${file} is valid`);
  return {
    json: validation,
    text: lines.join('\n'),
    exitCode: errors.length === 0 ? exitCodes.done : exitCodes.badInput,
  };
}
