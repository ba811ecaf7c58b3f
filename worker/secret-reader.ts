import { closeSync, existsSync, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { sep } from 'node:path';
import type { SecretReader } from '../cce/secrets.ts';

/** A secret is a password or a script, never a disk image. */
const maximumBytes = 64 * 1024;

/**
 * Reads the secrets that specs refer to, for people who can write specs but must not read the worker's own secrets: a
 * node's user data would carry them away.
 *
 * @param environment The worker's variables. The reader withholds those of the worker's own connections and keys, and the
 *   files that they name.
 */
export function createSecretReader(
  environment: Readonly<NodeJS.ProcessEnv>,
  { folder, needsFolder = false, variables, withheldFiles = () => [] }: SecretLimits = {},
): SecretReader {
  return {
    env: (name) =>
      isWithheld(name) || (variables !== undefined && !variables.includes(name)) ? undefined : environment[name],
    file(path) {
      if (needsFolder && folder === undefined) return undefined;
      // Resolved first, so that no symbolic link leads out of the folder.
      const realPath = realpathSync(path);
      const isOwn = [...ownFiles.map((name) => environment[name] ?? ''), ...withheldFiles()].some(
        (file) => existsSync(file) && realPath === realpathSync(file),
      );
      if (isOwn) return undefined;
      const allowed =
        folder === undefined
          ? !/^\/(proc|sys|dev)(\/|$)/.test(realPath)
          : realPath.startsWith(realpathSync(folder) + sep);
      return allowed ? readSmallFile(realPath) : undefined;
    },
  };
}

/**
 * Reads the URLs and secrets of webhooks: only variables that begin with `CCE_WEBHOOK_`, so that whoever may set a webhook
 * reaches no other secret of the worker, and whoever writes specs reaches none of these. The limits on files are those for specs.
 */
export function createWebhookSecretReader(
  environment: Readonly<NodeJS.ProcessEnv>,
  limits: SecretLimits = {},
): SecretReader {
  const { variables } = limits;
  return {
    ...createSecretReader(environment, limits),
    env: (name) =>
      isForWebhooks(name) && (variables === undefined || variables.includes(name)) ? environment[name] : undefined,
  };
}

/** Whether a variable has a URL or a secret of a webhook. */
export function isForWebhooks(name: string): boolean {
  return name.startsWith('CCE_WEBHOOK_');
}

/** Limits what specs may refer to. Without limits, they may refer to anything but what the reader always withholds. */
export interface SecretLimits {
  /** If set, the reader reads only files below this folder. */
  folder?: string | undefined;
  /** Whether it reads no files without a folder. */
  needsFolder?: boolean;
  /** If set, the reader reads only these variables. */
  variables?: readonly string[] | undefined;
  /** Further files that it never reads. */
  withheldFiles?: () => readonly string[];
}

/** Whether a variable may have a secret of the worker itself, which no spec may refer to. */
export function isWithheld(name: string): boolean {
  return /^(BCE|TEMPORAL|OTEL|CCE_SECRETS|CCE_ENCRYPTION|CCE_CREDENTIALS|CCE_CODEC|CCE_WEBHOOK)_/i.test(name);
}

const ownFiles = [
  'CCE_ENCRYPTION_KEYS_FILE',
  'CCE_CREDENTIALS_FILE',
  'CCE_SCOPES_FILE',
  'TEMPORAL_CONFIG_FILE',
  'TEMPORAL_TLS_CLIENT_KEY_PATH',
] as const;

function readSmallFile(path: string): string | undefined {
  // Checked before the file is opened: opening a named pipe would block the whole worker.
  if (!statSync(path).isFile()) return undefined;
  const file = openSync(path, 'r');
  try {
    const status = fstatSync(file);
    if (!status.isFile() || status.size > maximumBytes) return undefined;
    const buffer = Buffer.alloc(status.size);
    return buffer.toString('utf8', 0, readSync(file, buffer));
  } finally {
    closeSync(file);
  }
}
