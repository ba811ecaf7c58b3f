import type { Command } from 'commander';
import type { Orchestrator } from '../../client/index.ts';
import { connectedAction, type GlobalOptions, type Printed } from '../run-command.ts';
import { deletionOf, planOf, withTeardownOptions, type TeardownOptions } from '../teardown-options.ts';
import { OrchestratorError } from '../../temporal/orchestrator-error.ts';
import { durationSeconds, nonEmpty } from '../values.ts';

/** Temporal knows no scheduled teardown of this name. */
class ScheduleNotFoundError extends OrchestratorError {
  override readonly name = 'ScheduleNotFoundError';
  readonly kind = 'notFound';

  constructor(schedule: string) {
    super(`there is no schedule "${schedule}"; ccectl teardown schedule list shows all`);
  }
}

interface Options extends GlobalOptions, TeardownOptions {
  every: number;
}

export function addTeardownSchedule(teardown: Command): void {
  const schedule = teardown.command('schedule').description('tear down periodically, with Temporal Schedules');
  withTeardownOptions(schedule.command('create').description('create or change a schedule'))
    .argument('<schedule>', 'name of the schedule', nonEmpty)
    .requiredOption(
      '--every <duration>',
      'interval, e.g. 24h; a run that takes longer skips the next one',
      durationSeconds,
    )
    .action(
      connectedAction(async (orchestrator, options: Options, name: string) => {
        const plan = { ...planOf(options), delete: deletionOf(options) };
        await orchestrator.teardown.schedules.set(name, options.every, plan);
        return told(name, 'set');
      }),
    );
  schedule
    .command('list')
    .description('list the schedules')
    .action(
      connectedAction(async ({ teardown: { schedules } }) => {
        const all = [];
        for await (const one of schedules.list()) all.push(one);
        const lines = all.map(
          ({ name, paused, nextAt = '-', lastAt = '-' }) =>
            `${name}  ${paused ? 'paused' : 'set'}  next ${nextAt}  last ${lastAt}`,
        );
        return { json: all, text: lines.join('\n') };
      }),
    );
  addChange(schedule, 'pause', 'pause a schedule', (name, { schedules }) => schedules.pause(name, true));
  addChange(schedule, 'resume', 'resume a paused schedule', (name, { schedules }) => schedules.pause(name, false));
  addChange(schedule, 'delete', 'delete a schedule', (name, { schedules }) => schedules.remove(name));
}

type Teardown = Orchestrator['teardown'];

function addChange(
  schedule: Command,
  verb: string,
  description: string,
  change: (name: string, teardown: Teardown) => Promise<boolean>,
): void {
  schedule
    .command(verb)
    .description(description)
    .argument('<schedule>', 'name of the schedule', nonEmpty)
    .action(
      connectedAction(async ({ teardown }, _: GlobalOptions, name: string) => {
        if (await change(name, teardown)) return told(name, `${verb}d`);
        throw new ScheduleNotFoundError(name);
      }),
    );
}

function told(name: string, done: string): Printed {
  return { json: { schedule: name, done }, text: `schedule ${name}: ${done}` };
}
