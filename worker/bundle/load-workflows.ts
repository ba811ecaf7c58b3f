import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { WorkerOptions } from '@temporalio/worker';
import { versionedWorkersFlag } from '../../contract/versioned-workers.ts';
import { ConfigurationError } from '../../temporal/configuration-error.ts';

/**
 * Finds the workflow code that a worker runs: a bundle that was built before, or the source, which takes seconds to bundle.
 *
 * @throws ConfigurationError for a worker of a deployment without a bundle
 */
export function loadWorkflows(
  bundlePath: string | undefined,
  isVersioned: boolean,
): Pick<WorkerOptions, 'workflowsPath' | 'workflowBundle'> {
  if (bundlePath === undefined) {
    if (isVersioned)
      throw new ConfigurationError(['CCE_WORKER_DEPLOYMENT requires a built package; run npm run build']);
    return { workflowsPath: fileURLToPath(import.meta.resolve('../../workflows/index.ts')) };
  }
  if (!isVersioned) return { workflowBundle: { codePath: bundlePath } };
  // On the same line, so that the source map still fits.
  return { workflowBundle: { code: `globalThis.${versionedWorkersFlag}=true;${readFileSync(bundlePath, 'utf8')}` } };
}

/** Returns the path of a bundle in a built package (see scripts.build), or `undefined` when run from source. */
export function builtBundlePath(name: 'workflow-bundle.js' | 'workflow-bundle-traced.js'): string | undefined {
  const path = fileURLToPath(new URL(`../../${name}`, import.meta.url));
  return existsSync(path) ? path : undefined;
}
