import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { BceCredentials } from '../../cce/signer.ts';
import { CredentialsError } from './document.ts';

/** The source of the credentials of an account: fixed, or renewable. */
export type CredentialsSource = (BceCredentials | RenewableSource) & {
  /** Names the setting in errors. @default the variables of a worker for one account */
  setting?: string;
};

/** A file, or a command: the program, then its arguments. */
export type RenewableSource = ({ file: string } | { command: readonly string[] }) & { setting?: string };

// The usual mistake is the line break at the end of a file that was read into a variable.
export const keySchema = z.string({ error: 'is not set' }).regex(/^\S+$/, 'contains white space');

const keysSchema = z.object({
  BCE_ACCESS_KEY_ID: keySchema,
  BCE_SECRET_ACCESS_KEY: keySchema,
  BCE_SESSION_TOKEN: keySchema.optional(),
});

/** The variables that can name a source. */
export const credentialsVariables = [
  ...Object.keys(keysSchema.shape),
  'CCE_CREDENTIALS_FILE',
  'CCE_CREDENTIALS_COMMAND',
];

/** Finds out which of the three sources the variables name, or what is wrong with them. */
export function findCredentialsSource(
  given: Readonly<Record<string, string | undefined>>,
): { source: CredentialsSource } | { problems: string[] } {
  const { CCE_CREDENTIALS_FILE: file, CCE_CREDENTIALS_COMMAND: command } = given;
  const named = credentialsVariables.filter((name) => given[name] !== undefined);
  if ((file !== undefined || command !== undefined) && named.length > 1) {
    return { problems: [`${named.join(', ')} are set, but credentials come from one source only; unset the others`] };
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

/** Names the setting to check if the credentials do not work. */
export function settingOf(source: CredentialsSource): string {
  const { setting } = source;
  if ('file' in source) return `${setting ?? 'CCE_CREDENTIALS_FILE'} (${source.file})`;
  if ('command' in source) return setting ?? 'CCE_CREDENTIALS_COMMAND';
  return setting ?? 'BCE_ACCESS_KEY_ID, BCE_SECRET_ACCESS_KEY';
}

/**
 * @param origin Names the file in errors.
 * @throws CredentialsError
 */
export async function readCredentialsFile(path: string, origin: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new CredentialsError(`${origin} cannot be read: ${codeOf(error)}`);
  }
}

/** Identifies the content of a file: differs once it is replaced or rewritten. `undefined` if there is no file. */
export async function versionOfFile(path: string): Promise<string | undefined> {
  const status = await stat(path).catch(() => undefined);
  return status && `${status.ino} ${status.size} ${status.mtimeMs}`;
}

/**
 * Runs a command without a shell and returns its output. An error quotes neither the output nor standard error, since both
 * may contain keys.
 *
 * @param origin Names the command in errors.
 * @throws CredentialsError if the command cannot be run, fails, or takes longer than the limit
 */
export async function runCredentialsCommand(
  [program = '', ...args]: readonly string[],
  origin: string,
  limitMs = 10_000,
): Promise<string> {
  try {
    const options = { timeout: limitMs, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 } as const;
    return (await promisify(execFile)(program, args, options)).stdout;
  } catch (error) {
    const { killed } = error as { killed?: boolean };
    const reason = killed === true ? `was stopped after ${limitMs / 1000} s` : `failed: ${codeOf(error)}`;
    throw new CredentialsError(`${origin} (${program}) ${reason}; run it by hand to see its output`);
  }
}

/** Returns the exit code of a program that ended by itself, else the code or signal of the error. */
function codeOf(error: unknown): string {
  const { code, signal } = error as { code?: string | number | null; signal?: string | null };
  return typeof code === 'number' ? `exit code ${code}` : (code ?? signal ?? 'no reason given');
}
