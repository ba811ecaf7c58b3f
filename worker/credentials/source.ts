import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { BceCredentials } from '../../cce/signer.ts';
import { CredentialsError } from './document.ts';

/** Where a worker has its keys from: given once, or from where there may be newer ones. */
export type CredentialsSource = BceCredentials | RenewableSource;

/** A file, or a command: the program, then its arguments. */
export type RenewableSource = { file: string } | { command: readonly string[] };

// A line break at the end of a file that was read into a variable is the usual mistake.
const key = z.string({ error: 'is not set' }).regex(/^\S+$/, 'contains white space');

const keysSchema = z.object({
  BCE_ACCESS_KEY_ID: key,
  BCE_SECRET_ACCESS_KEY: key,
  BCE_SESSION_TOKEN: key.optional(),
});

const settingNames = [...Object.keys(keysSchema.shape), 'CCE_CREDENTIALS_FILE', 'CCE_CREDENTIALS_COMMAND'];

/** Finds out by the variables which of the three it is, or what is wrong with them. */
export function findCredentialsSource(
  given: Readonly<Record<string, string | undefined>>,
): { source: CredentialsSource } | { problems: string[] } {
  const { CCE_CREDENTIALS_FILE: file, CCE_CREDENTIALS_COMMAND: command } = given;
  const named = settingNames.filter((name) => given[name] !== undefined);
  if ((file !== undefined || command !== undefined) && named.length > 1) {
    return { problems: [`${named.join(', ')} are set, and keys come from one source only: unset the others`] };
  }
  if (file !== undefined) return { source: { file } };
  if (command !== undefined) {
    const words = command.split(/\s+/).filter((word) => word !== '');
    return words.length > 0 ? { source: { command: words } } : { problems: ['CCE_CREDENTIALS_COMMAND is blank'] };
  }
  const keys = keysSchema.safeParse(given);
  if (!keys.success) return { problems: keys.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`) };
  const { BCE_ACCESS_KEY_ID, BCE_SECRET_ACCESS_KEY, BCE_SESSION_TOKEN } = keys.data;
  return {
    source: {
      accessKeyID: BCE_ACCESS_KEY_ID,
      secretAccessKey: BCE_SECRET_ACCESS_KEY,
      ...(BCE_SESSION_TOKEN !== undefined && { sessionToken: BCE_SESSION_TOKEN }),
    },
  };
}

/** The setting that people must look at where the keys are no good. */
export function settingOf(source: CredentialsSource): string {
  if ('file' in source) return `CCE_CREDENTIALS_FILE (${source.file})`;
  return 'command' in source ? 'CCE_CREDENTIALS_COMMAND' : 'BCE_ACCESS_KEY_ID, BCE_SECRET_ACCESS_KEY';
}

/** @throws CredentialsError */
export async function readCredentialsFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new CredentialsError(`CCE_CREDENTIALS_FILE (${path}) cannot be read: ${codeOf(error)}`);
  }
}

/** Differs once the file has been replaced or rewritten; `undefined` where it is not there. */
export async function versionOfFile(path: string): Promise<string | undefined> {
  const status = await stat(path).catch(() => undefined);
  return status && `${status.ino} ${status.size} ${status.mtimeMs}`;
}

/**
 * What a command prints. It is run without a shell. Neither its output nor what it says on standard error is passed on in
 * an error, since either may hold keys.
 *
 * @throws CredentialsError where it cannot be run, fails, or takes more than ten seconds
 */
export async function runCredentialsCommand([program = '', ...args]: readonly string[]): Promise<string> {
  try {
    const options = { timeout: commandLimitMs, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 } as const;
    return (await promisify(execFile)(program, args, options)).stdout;
  } catch (error) {
    const { killed } = error as { killed?: boolean };
    const reason = killed === true ? `was ended after ${commandLimitMs / 1000} s` : `failed: ${codeOf(error)}`;
    throw new CredentialsError(`CCE_CREDENTIALS_COMMAND (${program}) ${reason}; run it by hand to see what it says`);
  }
}

const commandLimitMs = 10_000;

/** Of a program that ended by itself, its exit code. */
function codeOf(error: unknown): string {
  const { code, signal } = error as { code?: string | number | null; signal?: string | null };
  return typeof code === 'number' ? `exit code ${code}` : (code ?? signal ?? 'no reason given');
}
