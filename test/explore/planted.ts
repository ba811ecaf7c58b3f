import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

/** A fault of the product: one piece of its code, replaced. */
interface Fault {
  name: string;
  file: string;
  replace: string;
  by: string;
}

const faults: Fault[] = [
  {
    name: 'a single 404 is believed',
    file: 'activities/watch/confirm-end.ts',
    replace: 'return looks >= 3 && nowMs - sinceMs >= pace.longestLagMs;',
    by: 'return looks >= 1;',
  },
  {
    name: 'a create is sent without a look',
    file: 'workflows/create/obtain-cluster.ts',
    replace: 'for (let lookFirst = true; ;) {',
    by: 'for (let lookFirst = false; ;) {',
  },
  {
    name: 'nothing is looked for after a lost answer',
    file: 'workflows/create/obtain-cluster.ts',
    replace: ': await lookUntilSettled(creation, progress);',
    by: ": { action: 'submit' };",
  },
  {
    name: 'a foreign cluster is deleted',
    file: 'activities/delete/objection-to.ts',
    replace: 'return order.onlyMarked === true && marker === undefined ? withoutMarker : undefined;',
    by: 'return undefined;',
  },
  {
    name: 'an extra cluster is kept',
    file: 'workflows/create/create-decision.ts',
    replace: 'const extras = own.filter((cluster) => cluster !== best).map(clusterIDOf);',
    by: 'const extras: string[] = [];',
  },
  {
    name: 'a refusal for now is believed',
    file: 'workflows/delete/judge-refusal.ts',
    replace: "return 'rights';",
    by: "return 'permanent';",
  },
  {
    name: 'every failure is a reason to delete',
    file: 'workflows/create/create-cluster.ts',
    replace: 'reasonsToDelete[reason.type];',
    by: "(reasonsToDelete[reason.type] ?? 'cancelRequested');",
  },
  {
    name: 'a cluster is adopted while it is being deleted',
    file: 'workflows/create/create-decision.ts',
    replace: 'if (doomed.length > 0) return',
    by: 'if (doomed.length > 1_000) return',
  },
  {
    name: 'a clean-up deletes what carries the key of another create',
    file: 'activities/delete/objection-to.ts',
    replace: 'if (marker.key !== order.markerKey) return otherMarker;',
    by: '',
  },
  {
    name: 'a cluster outlives its lease',
    file: 'workflows/create/create-cluster.ts',
    replace: "if (leaseEnd === 'expired') return endExpired();",
    by: '',
  },
  {
    name: 'an extension is lost when a lease goes on in a new run',
    file: 'workflows/create/create-cluster.ts',
    replace: 'expiresAtMs: expiresAtMs() ?? startedAtMs,',
    by: 'expiresAtMs: Math.min(expiresAtMs() ?? 0, startedAtMs + (input.ttlSeconds ?? 0) * 1000 + 500_000),',
  },
  {
    name: 'an extension is forgotten when another worker takes over',
    file: 'workflows/create/lease.ts',
    replace: '      ttlMs = next * 1000;',
    by: '      if (workflowInfo().unsafe.isReplaying) return;\n      ttlMs = next * 1000;',
  },
];

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
    const path = join(copy, fault.file);
    const text = await readFile(path, 'utf8');
    if (!text.includes(fault.replace)) throw new Error(`${fault.file} does not contain: ${fault.replace}`);
    await writeFile(path, text.replace(fault.replace, fault.by));
    const flags = ['--runs', String(runs), '--seed', seed, '--processes', String(processes), '--until-wrong'];
    const { stdout } = await execa('node', ['--import', 'tsx', 'test/explore/main.ts', ...flags], {
      cwd: copy,
      reject: false,
    });
    return /^wrong after .*$/m.exec(stdout)?.[0];
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}
