#!/usr/bin/env node
import { Command, CommanderError, Option } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { addBatch } from './commands/batch.ts';
import { addCancel } from './commands/cancel.ts';
import { addCodecServer } from './commands/codec-server.ts';
import { addCreate } from './commands/create.ts';
import { addDelete } from './commands/delete.ts';
import { addExtend } from './commands/extend.ts';
import { addKeys } from './commands/keys.ts';
import { addList } from './commands/list.ts';
import { addReconcile } from './commands/reconcile.ts';
import { addReplay } from './commands/replay.ts';
import { addSetup } from './commands/setup.ts';
import { addStatus } from './commands/status.ts';
import { addTeardown } from './commands/teardown.ts';
import { addValidate } from './commands/validate.ts';
import { exitCodes } from './exit-codes.ts';

const program = new Command('ccectl')
  .description('create and delete Baidu CCE clusters, durably, on Temporal')
  .version(packageJson.version)
  .option('--account <label>', 'account whose worker is to act (default: CCE_ACCOUNT, or "default")')
  .option('--region <region>', 'region whose worker is to act (default: CCE_REGION, or "bj")')
  .addOption(
    new Option('-o, --output <format>', 'how to print; csv is for batch results')
      .choices(['text', 'json', 'csv'])
      .default('text'),
  )
  .hook('preAction', (_, command) => {
    const isCSV = command.optsWithGlobals<{ output: string }>().output === 'csv';
    if (isCSV && command.name() !== 'results') program.error('error: only batch results can be printed as csv');
  })
  .showHelpAfterError('(--help lists the options)')
  .addHelpText(
    'after',
    `
Exit codes: 0 done, 1 the operation failed, 2 bad input, 3 not found, 4 Temporal or CCE cannot be reached,
130 interrupted (the operation goes on).

Temporal is found by TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_PROFILE and so on.`,
  )
  .exitOverride();

// Each command inherits how errors of usage are handled, so it must be set first.
const commands = [
  addCreate,
  addStatus,
  addList,
  addCancel,
  addExtend,
  addDelete,
  addBatch,
  addTeardown,
  addReconcile,
  addValidate,
  addSetup,
  addReplay,
  addKeys,
  addCodecServer,
];
for (const add of commands) add(program);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Help and version end with 0; every other error of commander's is one of usage.
  process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.badInput;
}
