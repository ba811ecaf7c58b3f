import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa, type Options } from 'execa';
import { inject } from 'vitest';
import * as local from '../local/worker-process.ts';
import * as simulator from '../simulator/process.ts';

const projectFolder = fileURLToPath(new URL('..', import.meta.url));

type Program = 'cli' | 'simulator' | 'worker';

/** The program in the build of this test run. It starts several times faster than from source. */
export const built = (program: Program) => join(inject('buildFolder'), program, 'main.js');

/** Starts a simulator process. */
export function startSimulator(args: readonly string[] = []): Promise<simulator.SimulatorProcess> {
  return simulator.startSimulator(args, [built('simulator')]);
}

/** Starts a worker process and waits until it takes work. */
export function startWorkerProcess(
  environment: Readonly<Record<string, string>>,
  onLog?: (text: string) => void,
): Promise<local.WorkerProcess> {
  return local.startWorkerProcess(environment, [built('worker')], onLog);
}

/** Runs `ccectl` outside of a terminal, as a user does. To show what it prints, `ccectl` in ccectl.ts is cheaper. */
export function ccectlProcess(args: readonly string[], options: Options = {}) {
  // A pipe must get the same everywhere, whatever the terminal of the test run supports.
  return runToEnd('cli', args, { ...options, env: { FORCE_COLOR: undefined, ...options.env } });
}

/** Runs one of our programs that ends by itself. */
export async function runToEnd(program: Program, args: readonly string[], options: Options = {}) {
  const { stdout, stderr, exitCode } = await start(program, args, options);
  return { stdout: String(stdout), stderr: String(stderr), exitCode };
}

/** Starts one of our programs and does not wait for it. */
export function start<const Settings extends Options>(program: Program, args: readonly string[], options: Settings) {
  return execa(process.execPath, [built(program), ...args], { cwd: projectFolder, reject: false, ...options });
}
