import type { Command } from 'commander';
import type { ReconcileOptions, ReconcileReport } from '../../client/index.ts';
import { deleteOptionsOf, withDeleteFlags, type DeleteFlags } from '../delete-flags.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { printJSON, runCommand, type GlobalOptions } from '../run-command.ts';
import { durationSeconds } from '../values.ts';

interface Options extends GlobalOptions, DeleteFlags {
  delete?: boolean;
  olderThan: number;
}

export function addReconcile(program: Command): void {
  const reconcile = program
    .command('reconcile')
    .description('find clusters of ours that no create claims any more; report them, or delete them');
  withPolicy(reconcile.command('now', { isDefault: true }).description('look once')).action(
    async (_, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      await runCommand(options, async (orchestrator) => {
        const report = await orchestrator.reconcile(policyOf(options));
        if (options.output === 'json') printJSON(report);
        else process.stdout.write(`${reportLines(report).join('\n')}\n`);
        return report.unclaimed.some(({ deletion }) => deletion === 'failed') ? exitCodes.failed : exitCodes.done;
      });
    },
  );
  withPolicy(reconcile.command('schedule').description('look again and again, by a Temporal Schedule'))
    .requiredOption('--every <duration>', 'e.g. 1h', durationSeconds)
    .action(async (_, command: Command) => {
      const options = command.optsWithGlobals<Options & { every: number }>();
      await runCommand(options, async ({ reconcileSchedule }) => {
        await reconcileSchedule.set(options.every, policyOf(options));
        return printSchedule(options, await reconcileSchedule.describe());
      });
    });
  reconcile
    .command('show-schedule')
    .description('tell whether a schedule is set, and when it acts next')
    .action(async (_, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      await runCommand(options, async ({ reconcileSchedule }) =>
        printSchedule(options, await reconcileSchedule.describe()),
      );
    });
  reconcile
    .command('unschedule')
    .description('remove the schedule')
    .action(async (_, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      await runCommand(options, async ({ reconcileSchedule }) => {
        await reconcileSchedule.remove();
        return exitCodes.done;
      });
    });
}

function withPolicy(command: Command): Command {
  command
    .option('--delete', 'delete orphans; clusters of unknown creates and without a marker are never deleted')
    .option('--older-than <duration>', 'with --delete: only orphans of this age', durationSeconds, 24 * 3600);
  return withDeleteFlags(command, 'with --delete: ');
}

function policyOf(options: Options): ReconcileOptions {
  if (options.delete !== true) return {};
  return { delete: { olderThanSeconds: options.olderThan, options: deleteOptionsOf(options) } };
}

function reportLines({ clusters, marked, claimed, orphans, unknown, unclaimed }: ReconcileReport): string[] {
  return [
    `${clusters} clusters, ${marked} with our marker: ${claimed} claimed, ${orphans} orphans, ${unknown} unknown`,
    ...unclaimed.map(({ ownership, clusterID, clusterName, clusterPhase, createdAt, deletion, message }) =>
      [ownership, clusterID, clusterName, clusterPhase, createdAt ?? '', deletion ?? '', message ?? '']
        .join('  ')
        .trim(),
    ),
  ];
}

function printSchedule(options: GlobalOptions, schedule: { paused: boolean; nextAt?: string } | undefined): ExitCode {
  if (options.output === 'json') printJSON(schedule ?? null);
  else if (schedule === undefined) process.stdout.write('no schedule is set\n');
  else process.stdout.write(`${schedule.paused ? 'paused' : 'set'}, next at ${schedule.nextAt ?? 'no time'}\n`);
  return schedule === undefined ? exitCodes.notFound : exitCodes.done;
}
