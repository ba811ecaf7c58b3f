import type { Command } from 'commander';
import { checkOptions, nameOrIDOption } from '../../client/check-options.ts';
import type { SetProtection } from '../../client/index.ts';
import { isConfirmed } from '../confirm.ts';
import { exitCodes } from '../exit-codes.ts';
import { localAction, warnBlocked, withOrchestrator, type CommandResult, type GlobalOptions } from '../run-command.ts';
import { nonEmpty } from '../values.ts';

interface Options extends GlobalOptions {
  yes?: boolean;
  foreign?: boolean;
}

/** `protect` and `unprotect`. */
export function addProtect(program: Command): void {
  program
    .command('protect')
    .description('switch the deletion protection of a cluster on, so that nothing deletes it')
    .argument('<name|ID>', 'cluster name or clusterID', nonEmpty)
    .action(localAction((options: Options, nameOrID: string) => setProtection(options, nameOrID, 'protect')));
  program
    .command('unprotect')
    .description('switch the deletion protection of a cluster off, after confirmation')
    .argument('<name|ID>', 'cluster name or clusterID', nonEmpty)
    .option('--yes', 'switch it off without asking, for scripts')
    .option('--foreign', 'switch it off even if the cluster does not carry our ownership marker')
    .action(localAction(unprotect));
}

async function unprotect(options: Options, nameOrID: string): Promise<CommandResult> {
  checkOptions({ nameOrID: nameOrIDOption }, { nameOrID });
  const question = `let "${nameOrID}" be deleted?`;
  const refusal = 'nothing was changed: there is no terminal to ask on; --yes changes it without asking';
  if (!(await isConfirmed(question, options, refusal))) return exitCodes.badInput;
  return setProtection(options, nameOrID, 'unprotect');
}

async function setProtection(
  options: Options,
  nameOrID: string,
  verb: 'protect' | 'unprotect',
): Promise<CommandResult> {
  checkOptions({ nameOrID: nameOrIDOption }, { nameOrID });
  return withOrchestrator(options, async (orchestrator) => {
    const { foreign = false } = options;
    const protection =
      verb === 'protect'
        ? await orchestrator.protect(nameOrID, warnBlocked)
        : await orchestrator.unprotect(nameOrID, { foreign, onBlocked: warnBlocked });
    return { json: protection, text: textOf(protection) };
  });
}

function textOf({ clusterID, clusterName, forbidDelete, hasLease }: SetProtection): string {
  return [
    `${forbidDelete ? 'protected' : 'not protected'}: ${clusterID} "${clusterName}"`,
    ...(hasLease === true ? ['  it has a time to live, and stays when that is over'] : []),
  ].join('\n');
}
