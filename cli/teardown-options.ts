import { InvalidArgumentError, Option, type Command } from 'commander';
import { InvalidOptionsError } from '../client/errors/invalid-options-error.ts';
import { namePatternProblem, phaseProblem } from '../client/teardown-filter.ts';
import type { FailurePolicy, ScheduledTeardown, TeardownPlan } from '../client/index.ts';
import { deleteOptionsOf, withDeleteFlags, type DeleteFlags } from './delete-flags.ts';
import { collect, deletePolicy, durationSeconds, positiveInteger } from './values.ts';

/** The options of a teardown, whether it runs at once or on a schedule. */
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
      .option('--name <pattern>', "only clusters whose name matches, e.g. 'ci-*', 'ci-[!p]*', 'ci-{5..50}'", pattern)
      .option('--older-than <duration>', 'only clusters older than this, e.g. 24h', durationSeconds)
      .addOption(
        new Option('--phase <phase>', 'only clusters in this phase, e.g. create_failed; repeatable')
          .argParser((text, previous: string[]) => collect(checked(text, phaseProblem), previous))
          .default([], 'any'),
      )
      .addOption(
        new Option('--except <pattern>', 'spare clusters whose name or clusterID matches; repeatable')
          .argParser((text, previous: string[]) => collect(pattern(text), previous))
          .default([], 'none'),
      )
      // For scripts that want to say so. Nothing switches it off.
      .addOption(new Option('--marker-only', 'only clusters with our ownership marker; always on').default(true))
      .option(
        '--max <count>',
        'maximum number of clusters to match; more are refused as a mistake',
        positiveInteger,
        50,
      )
      .option('--concurrency <count>', 'maximum number of deletes in progress', positiveInteger, 10)
      .option(
        '--failure-policy <policy>',
        'what to do if a delete fails: continue or stop-after:<count>',
        deletePolicy,
        'continue',
      ),
  );
}

/** Refuses bad input before the command connects to Temporal. */
function checked(text: string, problemOf: (value: unknown) => string | undefined): string {
  const problem = problemOf(text);
  if (problem === undefined) return text;
  throw new InvalidArgumentError(`${problem}.`);
}

function pattern(text: string): string {
  return checked(text, namePatternProblem);
}

/**
 * @throws InvalidOptionsError without a filter, which would match all clusters
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
