import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const projectFolder = fileURLToPath(new URL('..', import.meta.url));

const forbidden: [file: string, code: string][] = [
  ['cce/a.ts', `import { createCluster } from '../workflows/index.ts';`],
  ['cce/b.ts', `import { proxyActivities } from '@temporalio/workflow';`],
  ['workflows/a.ts', `import { createActivities } from '../activities/index.ts';`],
  ['workflows/b.ts', `import { createCceClient } from '../cce/client.ts';`],
  ['workflows/c.ts', `import { createHash } from 'node:crypto';`],
  ['workflows/d.ts', `import { connect } from '../client/index.ts';`],
  ['activities/a.ts', `import { createCluster } from '../workflows/create-cluster.ts';`],
  ['activities/b.ts', `import { runWorker } from '../worker/run-worker.ts';`],
  ['worker/a.ts', `import { connect } from '../client/index.ts';`],
  ['client/a.ts', `import { createActivities } from '../activities/index.ts';`],
  ['cli/a.ts', `import { createCceClient } from '../cce/client.ts';`],
  ['cli/commands/a.ts', `import { createCceClient } from '../../cce/client.ts';`],
  ['simulator/a.ts', `import { createCluster } from '../workflows/index.ts';`],
];

const allowed: [file: string, code: string][] = [
  ['workflows/e.ts', `import type { Activities } from '../activities/index.ts';\nexport type A = Activities;`],
  ['workflows/f.ts', `import { phaseDuringCreate } from '../cce/phases.ts';\nphaseDuringCreate('running');`],
  ['workflows/g.ts', `import type { Problem } from '../cce/validate.ts';\nexport type P = Problem;`],
  ['activities/c.ts', `import { currentStepOf } from '../workflows/messages.ts';\ncurrentStepOf([]);`],
  ['client/b.ts', `import { specDigest } from '../workflows/marker.ts';\nexport { specDigest };`],
  ['cli/b.ts', `import { connect } from '../client/index.ts';\nexport { connect };`],
];

describe('the import rules of the map', () => {
  let folder: string;
  let report: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cce-orchestrator-rules-'));
    await symlink(join(projectFolder, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
    for (const [file, code] of [...forbidden, ...allowed]) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), code);
    }
    const oxlint = join(projectFolder, 'node_modules/.bin/oxlint');
    const { stdout } = await execa(oxlint, ['--format', 'unix'], { cwd: folder, reject: false });
    report = stdout;
  });

  afterAll(() => rm(folder, { recursive: true }));

  const complaints = (file: string) =>
    report.split('\n').filter((line) => line.startsWith(`${file}:`) && line.includes('no-restricted-imports'));

  it.each(forbidden)('refuse %s: %s', (file) => {
    expect(complaints(file)).toHaveLength(1);
  });

  it.each(allowed)('allow %s: %s', (file) => {
    expect(complaints(file)).toEqual([]);
  });
});
