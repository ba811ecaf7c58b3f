import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { expect, inject, it } from 'vitest';

/** The paths of all modules in the bundle, from webpack's comments and the source map's names. */
function modulesOf(code: string): string[] {
  return [...code.matchAll(/^\/\*\*\*\/ "([^"]+)"/gm)].map(([, path]) => path ?? '');
}

it('the workflow bundle holds workflows and pure modules only', () => {
  const modules = modulesOf(readFileSync(inject('workflowBundlePath'), 'utf8'));
  const ours = modules.filter((path) => !path.includes('node_modules/'));
  // If the pattern found nothing, the assertions below would prove nothing.
  expect(ours).toContain('./workflows/create/create-cluster.ts');
  expect(ours.filter((path) => path.startsWith('./activities/'))).toEqual([]);
  expect(ours.filter((path) => path.startsWith('./cce/')).toSorted()).toEqual(['./cce/phases.ts', './cce/secrets.ts']);
  expect(modules.filter((path) => builtinModules.includes(path.replace(/^node:/, '')))).toEqual([]);
  const packages = new Set(modules.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []));
  const unwanted = ['zod', 'ky', '@temporalio/interceptors-opentelemetry', '@opentelemetry/api'];
  expect(unwanted.filter((name) => packages.has(name))).toEqual([]);
});
