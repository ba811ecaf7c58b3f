import type { Command } from 'commander';
import { TooManyMatchesError } from '../../client/errors/too-many-matches-error.ts';
import type { Orchestrator, TeardownReport } from '../../client/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { isConfirmed } from '../confirm.ts';
import { followBatch } from '../follow-batch.ts';
import { nowIsDefault } from '../help.ts';
import { connectedAction, warnBlocked, type CommandResult, type GlobalOptions } from '../run-command.ts';
import { deletionOf, planOf, withTeardownOptions, type TeardownOptions } from '../teardown-options.ts';
import { targetLines } from '../teardown-output.ts';
import { waits, withWaitFlags, type WaitFlags } from '../wait-flags.ts';
import { addTeardownSchedule } from './teardown-schedule.ts';

interface Options extends GlobalOptions, WaitFlags, TeardownOptions {
  dryRun?: boolean;
  yes?: boolean;
}

export function addTeardown(program: Command): void {
  const teardown = program
    .command('teardown')
    .description('delete all clusters that match a filter and have our ownership marker')
    .addHelpText('after', nowIsDefault('teardown'));
  const now = withTeardownOptions(
    teardown
      .command('now', { isDefault: true })
      .description('list the matching clusters, ask for confirmation, and delete them'),
  )
    .option('--dry-run', 'only list the clusters that would be deleted')
    .option('--yes', 'delete without asking, for scripts');
  withWaitFlags(now, 'its progress', 'the teardown ends').action(connectedAction(tearDown));
  addTeardownSchedule(teardown);
}

async function tearDown(orchestrator: Orchestrator, options: Options): Promise<CommandResult> {
  const report = await orchestrator.teardown.find(planOf(options), warnBlocked).catch((error: unknown) => {
    if (error instanceof TooManyMatchesError) show(options, error.report);
    throw error;
  });
  show(options, report);
  if (options.dryRun === true || report.targets.length === 0) return { json: report, text: '' };
  const count = report.targets.length;
  const question = count === 1 ? 'delete this cluster?' : `delete these ${count} clusters?`;
  const refusal = 'nothing was deleted: there is no terminal to ask on; --yes deletes without asking';
  if (!(await isConfirmed(question, options, refusal))) {
    return { json: report, text: '', exitCode: exitCodes.badInput };
  }
  const { options: deleteOptions, ...policy } = deletionOf(options);
  const name = `teardown-${new Date().toISOString().replace(/\D/g, '').slice(0, 17)}`;
  const { deleteItemOf } = await import('../../client/index.ts');
  const items = report.targets.map((target) =>
    deleteItemOf(target, deleteOptions, { foundAt: report.foundAt, phases: planOf(options).filter.phases }),
  );
  const started = await orchestrator.batches.start({ name, items, ...policy });
  if (waits(options)) return followBatch(orchestrator, name, options);
  return {
    json: { ...report, batch: started },
    text: `deleting: ${started.workflowID}\nto watch: ccectl batch status ${name} --watch`,
  };
}

/** Shows what will be deleted. With `-o json`, standard output is for the one document, so it goes to stderr. */
function show(options: GlobalOptions, report: TeardownReport): void {
  const stream = options.output === 'json' ? process.stderr : process.stdout;
  stream.write(`${targetLines(report).join('\n')}\n`);
}
