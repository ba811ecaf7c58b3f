import { existsSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { inject } from 'vitest';
import { failureConverterPath } from '../temporal/encryption/data-converter.ts';

const pathOf = (file: string) => fileURLToPath(new URL(`../${file}`, import.meta.url));

const bundles = {
  /** Where a built worker looks for it. */
  'workflow-bundle-traced.js': {
    workflowsPath: pathOf('workflows/index.ts'),
    workflowInterceptorModules: [pathOf('workflows/trace-interceptors.ts')],
  },
  'reordered.js': { workflowsPath: pathOf('test/workflows/reordered.ts') },
};

/** Builds a workflow bundle for the few tests that need it, once in a test run. Returns its path. */
export async function bundleOnce(name: keyof typeof bundles): Promise<string> {
  const path = join(inject('buildFolder'), name);
  if (existsSync(path)) return path;
  const options = { ...bundles[name], failureConverterPath, logger: new DefaultLogger('WARN') };
  const { code } = await bundleWorkflowCode(options);
  // In one step: another test file may look for it.
  await writeFile(`${path}.${process.pid}`, code);
  await rename(`${path}.${process.pid}`, path);
  return path;
}
