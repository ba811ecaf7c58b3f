import { readFileSync } from 'node:fs';
import { text as readAll } from 'node:stream/consumers';
import type { YAMLParseError } from 'yaml';
import { isTooDeep } from '../client/batch/nesting.ts';
import { expandsTooFar, hasTooManyAliases, withAnyAliases, withoutMerges } from '../client/batch/yaml-limits.ts';
import { OrchestratorError } from '../temporal/orchestrator-error.ts';

/** A spec file cannot be read, or is neither valid YAML nor valid JSON. */
export class SpecFileError extends OrchestratorError {
  override readonly name = 'SpecFileError';
  readonly kind = 'invalidInput';
}

/**
 * Reads the body of a create call from a YAML or JSON file. `-` reads standard input.
 *
 * @param clusterName Replaces the name in the file.
 * @throws SpecFileError with the line and column of each mistake
 */
export async function readSpecFile(path: string, clusterName?: string): Promise<unknown> {
  const body = await readDocument(path);
  if (has(body, 'items') && !has(body, 'cluster')) {
    throw new SpecFileError(
      `${path} is a batch file; check it with ccectl batch plan, start it with ccectl batch create`,
    );
  }
  return clusterName === undefined ? body : withName(body, clusterName);
}

/**
 * Reads a batch file, YAML or JSON. `-` reads standard input.
 *
 * @throws SpecFileError with the line and column of each mistake
 */
export async function readBatchFile(path: string): Promise<unknown> {
  const document = await readDocument(path);
  if (has(document, 'cluster') && !has(document, 'items')) {
    throw new SpecFileError(
      `${path} is the spec of one cluster; check it with ccectl validate, start it with ccectl create`,
    );
  }
  return document;
}

function has(document: unknown, key: string): boolean {
  return Object.hasOwn(Object(document) as object, key);
}

async function readDocument(path: string): Promise<unknown> {
  const text = await readText(path);
  if (text.trim() === '') throw new SpecFileError(`${path === '-' ? 'standard input' : path} is empty`);
  const { parseDocument } = await import('yaml');
  return orRefuse(path, () => {
    if (hasTooManyAliases(text)) throw new SpecFileError(`${path} has too many anchors and aliases`);
    const document = parseDocument(text, { prettyErrors: true, ...withoutMerges });
    if (document.errors.length > 0) {
      // One mistake can bring about thousands of equal messages.
      const messages = new Set(document.errors.map((error) => `${path}: ${withoutSource(error)}`));
      throw new SpecFileError([...messages].slice(0, mistakesShown).join('\n'));
    }
    // Resolves aliases, which can point at nothing.
    const value = document.toJS(withAnyAliases) as unknown;
    if (isTooDeep(value)) throw new SpecFileError(`${path} is nested too deeply, or contains itself`);
    if (expandsTooFar(value))
      throw new SpecFileError(`${path} stands for too many values: its aliases repeat each other`);
    return value;
  });
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
function withoutSource({ code, message, linePos }: YAMLParseError): string {
  if (code === 'MULTIPLE_DOCS') return `a second document begins at line ${linePos?.[0].line}; a file has only one`;
  const [head = ''] = message.replace(/ at line \d+, column \d+[^]*$/, '').split(/(?<=\S): /);
  const text = head.replace(/!\S+/g, '!…');
  const [at] = linePos ?? [];
  return at === undefined ? text : `${text} at line ${at.line}, column ${at.col}`;
}

async function readText(path: string): Promise<string> {
  try {
    return path === '-' ? await readAll(process.stdin) : readFileSync(path, 'utf8');
  } catch (error) {
    throw new SpecFileError(`${path} cannot be read: ${reasonOf(error as NodeJS.ErrnoException)}`);
  }
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ENOENT':
      return `there is no such file (looked in ${process.cwd()})`;
    case 'EISDIR':
      return 'it is a folder';
    case 'EACCES':
      return 'this user may not read it';
    default:
      return message;
  }
}

function withName(body: unknown, clusterName: string): unknown {
  const { cluster, ...rest } = (body ?? {}) as { cluster?: object };
  return { ...rest, cluster: { ...cluster, clusterName } };
}
