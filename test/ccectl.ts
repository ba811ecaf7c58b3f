import { AsyncLocalStorage } from 'node:async_hooks';
import { Readable, Writable } from 'node:stream';
import { runCommandLine } from '../cli/program.ts';

export interface Printed {
  stdout: string;
  stderr: string;
  exitCode: number;
}

/** What a command line finds at `process` instead of what the test has there. */
interface Surroundings {
  env: NodeJS.ProcessEnv;
  stdin: Readable;
  stdout: Writable;
  stderr: Writable;
}

const surroundings = new AsyncLocalStorage<Surroundings>();
let running = 0;
let putBack = () => {};

/**
 * Runs `ccectl` in this process, which takes a hundredth of the time that a process of its own takes to start. It has its
 * own environment and streams, and no other code in this process sees them, so several can run at the same time.
 *
 * It shows neither that the process ends nor what it does on a signal: `ccectlProcess` does.
 */
export async function ccectl(
  args: readonly string[],
  { input = '', env = {} }: { input?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Printed> {
  const [stdout, stderr] = [collector(), collector()];
  const stdin = Readable.from([Buffer.from(input)]);
  // A pipe must get the same everywhere, whatever the terminal of the test run supports.
  const all = Object.entries({ ...process.env, FORCE_COLOR: undefined, ...env });
  const own = {
    env: Object.fromEntries(all.filter(([, value]) => value !== undefined)),
    stdin,
    stdout: stdout.stream,
    stderr: stderr.stream,
  };
  if (running === 0) putBack = divertProcess();
  running += 1;
  try {
    const exitCode = await surroundings.run(own, () => runCommandLine(args));
    return { stdout: stdout.text(), stderr: stderr.text(), exitCode };
  } finally {
    running -= 1;
    if (running === 0) putBack();
  }
}

/** Makes `process` show its own surroundings to each command line. Returns what undoes it. */
function divertProcess(): () => void {
  const names = ['env', 'stdin', 'stdout', 'stderr'] as const;
  const originals = names.map((name) => [name, Object.getOwnPropertyDescriptor(process, name)!] as const);
  for (const [name, original] of originals) {
    const get = () => surroundings.getStore()?.[name] ?? original.value ?? original.get?.call(process);
    Object.defineProperty(process, name, { configurable: true, enumerable: true, get });
  }
  return () => {
    for (const [name, original] of originals) Object.defineProperty(process, name, original);
  };
}

/** A stream that is not a terminal and keeps what is written to it, without the last line break. */
function collector() {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      chunks.push(chunk);
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString().replace(/\n$/, '') };
}
