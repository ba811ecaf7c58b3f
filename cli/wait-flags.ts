import type { Command } from 'commander';

/** The flags of every command that can wait for what it started. */
export interface WaitFlags {
  watch?: boolean;
  wait?: boolean;
}

/**
 * @param shown What `--watch` shows, e.g. `the steps`
 * @param end When waiting ends, e.g. `the cluster runs`
 */
export function withWaitFlags(command: Command, shown: string, end: string): Command {
  return command.option('--watch', `show ${shown} until ${end}`).option('--wait', `wait in silence until ${end}`);
}

export function waits({ watch, wait }: WaitFlags): boolean {
  return watch === true || wait === true;
}
