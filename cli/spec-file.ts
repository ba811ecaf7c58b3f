import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';

/** A spec file cannot be read or is neither YAML nor JSON. */
export class SpecFileError extends Error {
  override readonly name = 'SpecFileError';
}

/**
 * Reads the body of a create call from a YAML or JSON file, `-` being standard input.
 *
 * @throws SpecFileError that names the place of each mistake in the file
 */
export function readSpecFile(path: string, clusterName?: string): unknown {
  const document = parseDocument(readText(path), { prettyErrors: true });
  if (document.errors.length > 0) {
    throw new SpecFileError(document.errors.map((error) => `${path}: ${error.message.trimEnd()}`).join('\n'));
  }
  const body: unknown = document.toJS();
  return clusterName === undefined ? body : withName(body, clusterName);
}

function readText(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (error) {
    throw new SpecFileError(`${path} cannot be read: ${(error as Error).message}`);
  }
}

function withName(body: unknown, clusterName: string): unknown {
  const { cluster, ...rest } = (body ?? {}) as { cluster?: object };
  return { ...rest, cluster: { ...cluster, clusterName } };
}
