import { readFileSync } from 'node:fs';
import { text as readAll } from 'node:stream/consumers';
import type { Document } from 'yaml';
import { OrchestratorError } from '../temporal/orchestrator-error.ts';

/** A spec file cannot be read, or is neither valid YAML nor valid JSON. */
export class SpecFileError extends OrchestratorError {
  override readonly name = 'SpecFileError';
  readonly kind = 'invalidInput';
}

/**
 * Reads the body of a create call from a YAML or JSON file. `-` reads standard input.
 *
 * @throws SpecFileError with the line and column of each mistake
 */
export async function readSpecFile(path: string, clusterName?: string): Promise<unknown> {
  const text = await readText(path);
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text, { prettyErrors: true });
  if (document.errors.length > 0) {
    throw new SpecFileError(document.errors.map((error) => `${path}: ${error.message.trimEnd()}`).join('\n'));
  }
  const body = toValue(path, document);
  return clusterName === undefined ? body : withName(body, clusterName);
}

/** Resolves aliases, which can point at nothing or expand without bound. */
function toValue(path: string, document: Document): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new SpecFileError(`${path}: ${(error as Error).message}`);
  }
}

async function readText(path: string): Promise<string> {
  try {
    return path === '-' ? await readAll(process.stdin) : readFileSync(path, 'utf8');
  } catch (error) {
    throw new SpecFileError(`${path} cannot be read: ${(error as Error).message}`);
  }
}

function withName(body: unknown, clusterName: string): unknown {
  const { cluster, ...rest } = (body ?? {}) as { cluster?: object };
  return { ...rest, cluster: { ...cluster, clusterName } };
}
