import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { faults, type Fault } from './faults.ts';

/** What the explorer needs of the project. */
const rooms = [
  'activities',
  'cce',
  'client',
  'contract',
  'examples',
  'local',
  'simulator',
  'temporal',
  'test',
  'worker',
  'workflows',
];
const files = ['package.json', 'tsconfig.json'];

const project = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Plants one fault after the other in a copy of the project, and counts the runs until the explorer finds it.
 *
 * @returns Whether it finds all of them.
 */
export async function explorePlanted(
  runs: number,
  seed: string,
  processes: number,
  /** Plants only the faults whose names contain this. */
  part = '',
): Promise<boolean> {
  const found: boolean[] = [];
  for (const fault of faults.filter(({ name }) => name.includes(part))) {
    const result = await exploreWith(fault, runs, seed, processes);
    found.push(result !== undefined);
    console.log(`${fault.name}: ${result ?? `not found in ${runs} runs`}`);
  }
  return found.every(Boolean);
}

/** Returns what the explorer says of its first find; `undefined` if it finds nothing. */
async function exploreWith(fault: Fault, runs: number, seed: string, processes: number): Promise<string | undefined> {
  const copy = await mkdtemp(join(tmpdir(), 'cce-orchestrator-planted-'));
  try {
    for (const name of [...rooms, ...files]) await cp(join(project, name), join(copy, name), { recursive: true });
    await symlink(join(project, 'node_modules'), join(copy, 'node_modules'));
    for (const { file, replace, by } of fault.edits) {
      const path = join(copy, file);
      const text = await readFile(path, 'utf8');
      if (!text.includes(replace)) throw new Error(`${file} does not contain: ${replace}`);
      await writeFile(path, text.replace(replace, by));
    }
    for (const part of ['', 'a', 'b']) {
      const from = `${seed}${part}`;
      const flags = ['--runs', String(runs), '--seed', from, '--processes', String(processes)];
      const found = /^wrong after .*$/m.exec(
        await exploreIn(copy, [...flags, '--until-wrong', fault.shows.source]),
      )?.[0];
      const [, number, aim] = /: \S+-(\d+)(?: \(--aim '([^']+)'\))?: /.exec(found ?? '') ?? [];
      if (found === undefined || number === undefined) return undefined;
      // Without the fault, nothing may be wrong with the same history.
      const again = ['--seed', from, '--only', number, ...(aim === undefined ? [] : ['--aim', aim])];
      if ((await exploreIn(project, again)).includes('nothing is wrong')) return found;
      console.log(`wrong without the fault too, and thus no find: ${found}`);
    }
    return undefined;
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

async function exploreIn(cwd: string, flags: readonly string[]): Promise<string> {
  const { stdout } = await execa('node', ['--import', 'tsx', 'test/explore/main.ts', ...flags], { cwd, reject: false });
  return stdout;
}
