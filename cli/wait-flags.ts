import type { Command } from 'commander';

/** The flags of every command that can wait for what it started. */
export interface WaitFlags {
  watch?: boolean;
  wait?: boolean;
}

/**
 * @param shown The view of `--watch`, e.g. `the steps`
 * @param end The end of the waiting, e.g. `the cluster runs`
 */
export function withWaitFlags(command: Command, shown: string, end: string): Command {
  return command
    .option('--watch', `wait until ${end}, and show ${shown} meanwhile`)
    .option('--wait', `wait until ${end}, and print only the result`);
}

export function waits({ watch, wait }: WaitFlags): boolean {
  return watch === true || wait === true;
}
