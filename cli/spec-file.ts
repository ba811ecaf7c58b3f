import { readFileSync } from 'node:fs';
import { text as readAll } from 'node:stream/consumers';
import type { YAMLParseError } from 'yaml';
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
  const body = orRefuse(path, () => {
    const document = parseDocument(text, { prettyErrors: true });
    if (document.errors.length > 0) {
      // One mistake can bring about thousands of equal messages.
      const messages = new Set(document.errors.map((error) => `${path}: ${withoutSource(error)}`));
      throw new SpecFileError([...messages].slice(0, mistakesShown).join('\n'));
    }
    // Resolves aliases, which can point at nothing or expand without bound.
    return document.toJS() as unknown;
  });
  return clusterName === undefined ? body : withName(body, clusterName);
}

const mistakesShown = 20;

function orRefuse<Value>(path: string, parse: () => Value): Value {
  try {
    return parse();
  } catch (error) {
    if (error instanceof SpecFileError) throw error;
    // The parser calls itself for each level.
    if (error instanceof RangeError) throw new SpecFileError(`${path} is nested too deeply`);
    throw new SpecFileError(`${path}: ${(error as Error).message}`);
  }
}

/** The message of a syntax error without what it quotes from the file, which may be a password. */
function withoutSource({ message, linePos }: YAMLParseError): string {
  const [head = ''] = message.replace(/ at line \d+, column \d+[^]*$/, '').split(/(?<=\S): /);
  const text = head.replace(/!\S+/g, '!…');
  const [at] = linePos ?? [];
  return at === undefined ? text : `${text} at line ${at.line}, column ${at.col}`;
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
