import { fileURLToPath } from 'node:url';
import { execa, type Options } from 'execa';

const projectFolder = fileURLToPath(new URL('../..', import.meta.url));

/** Runs the real `ccectl` in a process of its own, outside of a terminal. */
export async function ccectl(args: readonly string[], options: Options = {}) {
  const { stdout, stderr, exitCode } = await execa(process.execPath, ['--import', 'tsx', 'cli/main.ts', ...args], {
    cwd: projectFolder,
    reject: false,
    ...options,
    // Whatever the run of the tests was given: what a pipe gets is to be the same everywhere.
    env: { FORCE_COLOR: undefined, ...options.env },
  });
  return { stdout: String(stdout), stderr: String(stderr), exitCode };
}
