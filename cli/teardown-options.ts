import { Option, type Command } from 'commander';
import { InvalidOptionsError, type FailurePolicy, type ScheduledTeardown, type TeardownPlan } from '../client/index.ts';
import { deleteOptionsOf, withDeleteFlags, type DeleteFlags } from './delete-flags.ts';
import { collect, deletePolicy, durationSeconds, nonEmpty, positiveInteger } from './values.ts';

/** What a teardown is told, at once or by a schedule. */
export interface TeardownOptions extends DeleteFlags {
  name?: string;
  olderThan?: number;
  phase: string[];
  except: string[];
  max: number;
  concurrency: number;
  failurePolicy: FailurePolicy;
}

export function withTeardownOptions(command: Command): Command {
  return withDeleteFlags(
    command
      .option('--name <pattern>', "names that match, e.g. 'ci-*'", nonEmpty)
      .option('--older-than <duration>', 'made so long ago, e.g. 24h', durationSeconds)
      .option('--phase <phase>', 'in this phase, e.g. create_failed; may be repeated', collect, [])
      .option('--except <pattern>', 'but not names or clusterIDs that match; may be repeated', collect, [])
      // For those who want it in writing. There is no way to switch it off.
      .addOption(new Option('--marker-only', 'only clusters that carry our marker; always so').default(true))
      .option('--max <count>', 'refuse more matches than that as a mistake', positiveInteger, 50)
      .option('--concurrency <count>', 'how many deletes may be under way at once', positiveInteger, 10)
      .option('--failure-policy <policy>', 'continue or stop-after:<count>', deletePolicy, 'continue'),
  );
}

/**
 * @throws InvalidOptionsError without any filter: that would be all clusters
 */
export function planOf({ name, olderThan, phase, except, max }: TeardownOptions): TeardownPlan {
  if (name === undefined && olderThan === undefined && phase.length === 0) {
    throw new InvalidOptionsError([
      { path: 'filter', message: 'would match every cluster; give --name, --older-than or --phase' },
    ]);
  }
  return {
    filter: {
      ...(name !== undefined && { name }),
      ...(olderThan !== undefined && { olderThanSeconds: olderThan }),
      ...(phase.length > 0 && { phases: phase }),
      ...(except.length > 0 && { except }),
    },
    maximum: max,
  };
}

export function deletionOf(options: TeardownOptions): ScheduledTeardown['delete'] {
  return {
    options: deleteOptionsOf(options),
    concurrency: options.concurrency,
    failurePolicy: options.failurePolicy,
  };
}
