import { Command, CommanderError, Option } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { addBatch } from './commands/batch.ts';
import { addCancel } from './commands/cancel.ts';
import { addCodecServer } from './commands/codec-server.ts';
import { addCreate } from './commands/create.ts';
import { addDelete } from './commands/delete.ts';
import { addExtend } from './commands/extend.ts';
import { addKubeconfig } from './commands/kubeconfig.ts';
import { addKeys } from './commands/keys.ts';
import { addList } from './commands/list.ts';
import { addProtect } from './commands/protect.ts';
import { addReconcile } from './commands/reconcile.ts';
import { addReplay } from './commands/replay.ts';
import { addSetup } from './commands/setup.ts';
import { addStatus } from './commands/status.ts';
import { addTeardown } from './commands/teardown.ts';
import { addValidate } from './commands/validate.ts';
import { addWebhook } from './commands/webhook.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { addExamples, formatHelp } from './help.ts';
import { exitCodeOfRun, printJSON, type GlobalOptions } from './run-command.ts';
import { usageErrorOf } from './usage-error.ts';

const commands = [
  addCreate,
  addStatus,
  addList,
  addCancel,
  addExtend,
  addDelete,
  addProtect,
  addKubeconfig,
  addBatch,
  addTeardown,
  addReconcile,
  addWebhook,
  addValidate,
  addSetup,
  addReplay,
  addKeys,
  addCodecServer,
];

/**
 * Runs `ccectl` once: prints what the command prints, and returns the exit code.
 *
 * @param args What the user typed after `ccectl`.
 */
export async function runCommandLine(args: readonly string[]): Promise<ExitCode> {
  const program = createProgram();
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCodeOfRun(program);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // --help and --version exit with 0. Every other error of commander is a usage error.
    if (error.exitCode === 0) return exitCodes.done;
    if (program.opts<GlobalOptions>().output === 'json') printJSON({ error: usageErrorOf(error) });
    return exitCodes.badInput;
  }
}

/** Describes `ccectl` with all its commands. */
export function createProgram(): Command {
  const program = formatHelp(new Command('ccectl'))
    .description('create and delete Baidu CCE clusters durably, on Temporal')
    .version(packageJson.version)
    .option('--account <label>', 'account that the worker serves (default: CCE_ACCOUNT, or "default")')
    .option('--region <region>', 'region that the worker serves (default: CCE_REGION, or "bj")')
    .addOption(
      new Option('-o, --output <format>', 'output format; csv only for batch results')
        .choices(['text', 'json', 'csv'])
        .default('text'),
    )
    .hook('preAction', (_, command) => {
      const isCSV = command.optsWithGlobals<{ output: string }>().output === 'csv';
      if (isCSV && command.name() !== 'results') program.error('error: only batch results supports csv');
    })
    .showHelpAfterError('(--help lists commands and options)')
    .exitOverride();
  // Commands inherit the handling of usage errors when they are added, so it is set first.
  for (const add of commands) add(program);
  addExamples(program);
  return program.addHelpText('after', exitCodesHelp);
}

const exitCodesHelp = `
Exit codes:
  0    done
  1    the operation failed
  2    bad input
  3    not found
  4    Temporal or CCE is unreachable
  130  interrupted; the operation continues

ccectl connects to Temporal with TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_PROFILE and the
other variables in docs/configuration.md. With -o json, standard output has one JSON document, errors included.`;
