import type { Command } from 'commander';
import type { BatchPlan, PlannedCluster } from '../../client/index.ts';
import { planBatchFile, withBatchFile, type BatchFileFlags } from '../batch-file.ts';
import { counted } from '../counted.ts';
import { exitCodes } from '../exit-codes.ts';
import { problemLines } from '../output.ts';
import { plainTable } from '../plain-table.ts';
import { localAction, type GlobalOptions } from '../run-command.ts';

export function addBatchPlan(batch: Command): void {
  withBatchFile(batch.command('plan'))
    .description('show what a batch file would do, without Temporal or CCE')
    .action(
      localAction(async (options: GlobalOptions & BatchFileFlags) => {
        const plan = await planBatchFile(options);
        const { withoutSecrets } = await import('../../client/batch/plan.ts');
        const exitCode = plan.errors.length === 0 ? exitCodes.done : exitCodes.badInput;
        return { json: withoutSecrets(plan), text: planText(plan), exitCode };
      }),
    );
}

function planText(plan: BatchPlan): string {
  const { name, creates, deletes, concurrency, networks, errors, warnings, estimatedSeconds, assumptions } = plan;
  return [
    `${name ?? 'batch without a name; set one with --name'}: ${counted(creates, 'create')}, ${counted(deletes, 'delete')}`,
    `at most ${concurrency} in progress; ${onFailure(plan)}`,
    ...networks.flatMap(({ vpcID, clusters }) => [
      '',
      `VPC ${vpcID}: ${counted(clusters.length, 'cluster')}`,
      plainTable(['CLUSTER', 'PODS', 'SERVICES'], clusterRows(clusters)),
    ]),
    '',
    `takes about ${durationText(estimatedSeconds)}`,
    ...assumptions.map((assumption) => `  ${assumption}`),
    '',
    ...problemLines('error', errors),
    ...problemLines('warning', warnings),
    errors.length === 0 ? 'valid; nothing was sent' : `invalid: ${counted(errors.length, 'error')}`,
  ].join('\n');
}

const clustersShown = 20;

/** The first five of many clusters and the last: enough to see the pattern of names and ranges. */
function clusterRows(clusters: readonly PlannedCluster[]): string[][] {
  const rowOf = ({ clusterName, pods = '-', services = '-' }: PlannedCluster) => [clusterName, pods, services];
  if (clusters.length <= clustersShown) return clusters.map(rowOf);
  const first = clusters.slice(0, 5);
  const last = clusters.slice(-1);
  const left = clusters.length - first.length - last.length;
  return [...first.map(rowOf), [`… ${left} more`, '', ''], ...last.map(rowOf)];
}

function onFailure({ failurePolicy }: BatchPlan): string {
  if (failurePolicy === 'continue') return 'continues if an item fails';
  if (failurePolicy === 'rollback') return 'rolls everything back if an item fails';
  return `stops after ${counted(failurePolicy.stopAfter, 'failure')}`;
}

function durationText(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
