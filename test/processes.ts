import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { execa, type Options } from 'execa';
import { inject } from 'vitest';
import * as local from '../local/worker-process.ts';
import { defaultOptions } from '../simulator/options.ts';
import * as simulator from '../simulator/process.ts';
import { createServer } from '../simulator/server.ts';

const projectFolder = fileURLToPath(new URL('..', import.meta.url));

type Program = 'cli' | 'http' | 'simulator' | 'worker';

/** The program in the build of this test run. It starts several times faster than from source. */
export const built = (program: Program) => join(inject('buildFolder'), program, 'main.js');

/** Starts a simulator in a process of its own, for tests of its command line and of its crash. */
export function startSimulatorProcess(args: readonly string[] = []): Promise<simulator.SimulatorProcess> {
  return simulator.startSimulator(args, [built('simulator')]);
}

/** Starts a simulator in this process, which costs a tenth of a process of its own. It knows the most used flags. */
export async function startSimulator(args: readonly string[] = []): Promise<simulator.SimulatorProcess> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      'create-seconds': { type: 'string', default: String(defaultOptions.createSeconds) },
      'node-seconds': { type: 'string' },
      'delete-seconds': { type: 'string', default: String(defaultOptions.deleteSeconds) },
      'deleted-visible-seconds': { type: 'string', default: String(defaultOptions.deletedVisibleSeconds) },
      quota: { type: 'string', default: String(defaultOptions.quota) },
      'unique-names': { type: 'boolean', default: false },
    },
  });
  const { accessKeyID, secretAccessKey } = defaultOptions;
  const server = createServer({
    createSeconds: Number(values['create-seconds']),
    ...(values['node-seconds'] !== undefined && { nodeSeconds: Number(values['node-seconds']) }),
    deleteSeconds: Number(values['delete-seconds']),
    deletedVisibleSeconds: Number(values['deleted-visible-seconds']),
    quota: Number(values.quota),
    uniqueNames: values['unique-names'],
    seed: randomUUID(),
  });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const kill = () => server.close();
  const stop = async () => {
    await server.close();
    return 0;
  };
  return { ...simulator.adminCallsOf(url), accessKeyID, secretAccessKey, stop, kill };
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
