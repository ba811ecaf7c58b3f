import { Option, type Command } from 'commander';
import type { ReconcileOptions, ReconcileReport } from '../../client/index.ts';
import { counted } from '../counted.ts';
import { deleteFlagsText, deleteOptionsOf, withDeleteFlags, type DeleteFlags } from '../delete-flags.ts';
import { exitCodes } from '../exit-codes.ts';
import { commandToAttach, untilInterrupted } from '../follow.ts';
import { nowIsDefault } from '../help.ts';
import { connectedAction, warnBlocked, type GlobalOptions, type Printed } from '../run-command.ts';
import { durationSeconds } from '../values.ts';

interface SearchFlags extends DeleteFlags {
  delete?: boolean;
  /** In seconds. */
  olderThan: number;
}

type Options = GlobalOptions & SearchFlags;

export function addReconcile(program: Command): void {
  const reconcile = program
    .command('reconcile')
    .description('find clusters with our ownership marker that no create claims, and report or delete them')
    .addHelpText('after', nowIsDefault('reconcile'));
  withPolicy(reconcile.command('now', { isDefault: true }).description('reconcile once')).action(
    connectedAction(async (orchestrator, options: Options) => {
      const report = await untilInterrupted(
        'the search for orphans',
        commandToAttach(sameSearch(options), options),
        () => orchestrator.reconcile(policyOf(options), warnBlocked),
      );
      const hasFailed = report.unclaimed.some(({ deletion }) => deletion === 'failed');
      const exitCode = hasFailed ? exitCodes.failed : exitCodes.done;
      return { json: report, text: reportLines(report).join('\n'), exitCode };
    }),
  );
  withPolicy(reconcile.command('schedule').description('reconcile periodically, with a Temporal Schedule'))
    .requiredOption('--every <duration>', 'interval, e.g. 1h', durationSeconds)
    .action(
      connectedAction(async ({ reconcileSchedule }, options: Options & { every: number }) => {
        await reconcileSchedule.set(options.every, policyOf(options));
        return scheduleResult(await reconcileSchedule.describe());
      }),
    );
  reconcile
    .command('show-schedule')
    .description('show whether the schedule is set, and when it runs next')
    .action(connectedAction(async ({ reconcileSchedule }) => scheduleResult(await reconcileSchedule.describe())));
  reconcile
    .command('unschedule')
    .description('remove the schedule')
    .action(
      connectedAction(async ({ reconcileSchedule }) => {
        const removed = await reconcileSchedule.remove();
        return { json: { removed }, text: removed ? 'schedule removed' : 'no schedule is set' };
      }),
    );
}

function withPolicy(command: Command): Command {
  command
    .option('--delete', 'delete orphans; clusters of unknown creates or without our marker are never deleted')
    .addOption(
      new Option('--older-than <duration>', 'with --delete: minimum age of orphans')
        .argParser(durationSeconds)
        .default(24 * 3600, '24h'),
    );
  return withDeleteFlags(command, 'with --delete: ');
}

function policyOf(options: Options): ReconcileOptions {
  if (options.delete !== true) return {};
  return { delete: { olderThanSeconds: options.olderThan, options: deleteOptionsOf(options) } };
}

/** The command that attaches to a search, which only one with the same options does. */
export function sameSearch(flags: SearchFlags): string {
  if (flags.delete !== true) return 'reconcile';
  return ['reconcile', '--delete', '--older-than', `${flags.olderThan}s`, ...deleteFlagsText(flags)].join(' ');
}

function reportLines({ clusters, marked, claimed, orphans, unknown, unclaimed }: ReconcileReport): string[] {
  return [
    `${counted(clusters, 'cluster')}, ${marked} with our marker: ${claimed} claimed, ${counted(orphans, 'orphan')}, ${unknown} unknown`,
    ...unclaimed.map(({ ownership, clusterID, clusterName, clusterPhase, createdAt, deletion, message }) =>
      [ownership, clusterID, clusterName, clusterPhase, createdAt ?? '', deletion ?? '', message ?? '']
        .join('  ')
        .trim(),
    ),
  ];
}

function scheduleResult(schedule: { paused: boolean; nextAt?: string } | undefined): Printed {
  if (schedule === undefined) return { json: null, text: 'no schedule is set', exitCode: exitCodes.notFound };
  const { paused, nextAt = 'none' } = schedule;
  return { json: schedule, text: `${paused ? 'paused' : 'set'}, next run ${nextAt}` };
}
