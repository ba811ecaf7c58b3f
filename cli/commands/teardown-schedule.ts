import type { Command } from 'commander';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { printJSON, runCommand, type GlobalOptions } from '../run-command.ts';
import { deletionOf, planOf, withTeardownOptions, type TeardownOptions } from '../teardown-options.ts';
import { durationSeconds, nonEmpty } from '../values.ts';

export function addTeardownSchedule(teardown: Command): void {
  const schedule = teardown.command('schedule').description('tear down again and again, by a Temporal Schedule');
  withTeardownOptions(schedule.command('create').description('set a schedule, or change the one of this name'))
    .argument('<schedule>', 'name of the schedule', nonEmpty)
    .requiredOption('--every <duration>', 'e.g. 24h; one that takes longer is not overtaken', durationSeconds)
    .action(async (name: string, _, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & TeardownOptions & { every: number }>();
      await runCommand(options, async (orchestrator) => {
        const plan = { ...planOf(options), delete: deletionOf(options) };
        await orchestrator.teardown.schedules.set(name, options.every, plan);
        return say(options, name, 'set');
      });
    });
  schedule
    .command('list')
    .description('list the schedules')
    .action(async (_, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      await runCommand(options, async ({ teardown: { schedules } }) => {
        const all = [];
        for await (const one of schedules.list()) all.push(one);
        if (options.output === 'json') printJSON(all);
        for (const { name, paused, nextAt = '-', lastAt = '-' } of options.output === 'json' ? [] : all) {
          process.stdout.write(`${name}  ${paused ? 'paused' : 'set'}  next ${nextAt}  last ${lastAt}\n`);
        }
        return exitCodes.done;
      });
    });
  addChange(schedule, 'pause', 'do not act until resumed', (name, { schedules }) => schedules.pause(name, true));
  addChange(schedule, 'resume', 'act again', (name, { schedules }) => schedules.pause(name, false));
  addChange(schedule, 'delete', 'remove the schedule', (name, { schedules }) => schedules.remove(name));
}

type Teardown = Parameters<Parameters<typeof runCommand>[1]>[0]['teardown'];

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
    .action(async (name: string, _, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      await runCommand(options, async ({ teardown }) => {
        if (await change(name, teardown)) return say(options, name, `${verb}d`);
        process.stderr.write(`there is no schedule "${name}"\n`);
        return exitCodes.notFound;
      });
    });
}

function say(options: GlobalOptions, name: string, done: string): ExitCode {
  if (options.output === 'json') printJSON({ schedule: name, done });
  else process.stdout.write(`schedule ${name}: ${done}\n`);
  return exitCodes.done;
}
