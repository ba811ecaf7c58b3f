import { existsSync, readFileSync } from 'node:fs';

/** Beside the workflow bundle in a built package; see `worker/bundle/write-build-id.ts`. */
export const buildIDFile = new URL('../../build-id', import.meta.url);

/** What this package was built from, or `undefined` where it was built without git, or is run from source. */
export function bakedBuildID(): string | undefined {
  return existsSync(buildIDFile) ? readFileSync(buildIDFile, 'utf8') : undefined;
}
