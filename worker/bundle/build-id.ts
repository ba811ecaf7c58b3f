import { existsSync, readFileSync } from 'node:fs';

/** Lies beside the workflow bundle in a built package; written by `worker/bundle/write-build-id.ts`. */
export const buildIDFile = new URL('../../build-id', import.meta.url);

/** Reads the ID of the commit that this package was built from; `undefined` without git, or when run from source. */
export function bakedBuildID(): string | undefined {
  return existsSync(buildIDFile) ? readFileSync(buildIDFile, 'utf8') : undefined;
}
