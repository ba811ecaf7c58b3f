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
  ['contract/a.ts', `import { connectClient } from '../temporal/connection/connect-client.ts';`],
  ['contract/b.ts', `import { createCceClient } from '../cce/client.ts';`],
  ['contract/batch/c.ts', `import type { BatchState } from '../../workflows/batch/state.ts';`],
  ['contract/d.ts', `import { createHash } from 'node:crypto';`],
  ['temporal/a.ts', `import { createOrchestrator } from '../client/orchestrator.ts';`],
  ['temporal/b.ts', `import { createCceClient } from '../cce/client.ts';`],
  ['temporal/follow/e.ts', `import { findOperation } from '../../client/find-operation.ts';`],
  ['temporal/executions/c.ts', `import type { createCluster } from '../../workflows/index.ts';`],
  ['workflows/a.ts', `import { createActivities } from '../activities/index.ts';`],
  ['workflows/b.ts', `import { createCceClient } from '../cce/client.ts';`],
  ['workflows/c.ts', `import { createHash } from 'node:crypto';`],
  ['workflows/d.ts', `import { connect } from '../client/index.ts';`],
  ['workflows/create/e.ts', `import { startSearchable } from '../../temporal/executions/start-searchable.ts';`],
  ['activities/a.ts', `import type { createCluster } from '../workflows/index.ts';`],
  ['activities/b.ts', `import { runWorker } from '../worker/run-worker.ts';`],
  ['activities/batch/c.ts', `import { createOrchestrator } from '../../client/orchestrator.ts';`],
  ['worker/a.ts', `import { connect } from '../client/index.ts';`],
  ['worker/b.ts', `import { createCluster } from '../workflows/index.ts';`],
  ['client/a.ts', `import { createActivities } from '../activities/index.ts';`],
  ['client/b.ts', `import { createCluster } from '../workflows/index.ts';`],
  ['client/batch/c.ts', `import { runWorker } from '../../worker/run-worker.ts';`],
  ['http/a.ts', `import { createWorkflowID } from '../contract/identity.ts';`],
  ['cli/a.ts', `import { createCceClient } from '../cce/client.ts';`],
  ['cli/commands/a.ts', `import { createCceClient } from '../../cce/client.ts';`],
  ['cli/commands/b.ts', `import { createWorkflowID } from '../../contract/identity.ts';`],
  ['simulator/a.ts', `import { createCluster } from '../workflows/index.ts';`],
  ['local/a.ts', `import { percentile } from '../bench/percentile.ts';`],
];

const allowed: [file: string, code: string][] = [
  ['contract/e.ts', `import { redactSecrets } from '../cce/secrets.ts';\nredactSecrets({});`],
  ['contract/f.ts', `import type { Problem } from '../cce/validate.ts';\nexport type P = Problem;`],
  ['temporal/d.ts', `import { labelPattern } from '../contract/identity.ts';\nexport { labelPattern };`],
  ['workflows/e.ts', `import type { Activities } from '../activities/index.ts';\nexport type A = Activities;`],
  ['workflows/f.ts', `import { phaseDuringCreate } from '../cce/phases.ts';\nphaseDuringCreate('running');`],
  ['workflows/g.ts', `import { currentStepOf } from '../contract/current-step.ts';\ncurrentStepOf([]);`],
  ['activities/d.ts', `import { currentStepOf } from '../contract/current-step.ts';\ncurrentStepOf([]);`],
  [
    'activities/e.ts',
    `import { startSearchable } from '../temporal/executions/start-searchable.ts';\nexport { startSearchable };`,
  ],
  ['activities/f.ts', `import { createFollower } from '../temporal/follow/follower.ts';\nexport { createFollower };`],
  ['worker/c.ts', `import type { createCluster } from '../workflows/index.ts';\nexport type C = typeof createCluster;`],
  ['client/d.ts', `import { specDigest } from '../contract/marker.ts';\nexport { specDigest };`],
  ['client/e.ts', `import type { createCluster } from '../workflows/index.ts';\nexport type C = typeof createCluster;`],
  ['cli/b.ts', `import { connect } from '../client/index.ts';\nexport { connect };`],
  ['local/b.ts', `import { connect } from '../client/index.ts';\nexport { connect };`],
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
