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
 * @param secretsFolder If set, the reader reads only files below this folder.
 */
export function createSecretReader(
  environment: Readonly<NodeJS.ProcessEnv>,
  secretsFolder: string | undefined,
): SecretReader {
  return {
    env: (name) =>
      /^(BCE|TEMPORAL|OTEL|CCE_SECRETS|CCE_ENCRYPTION|CCE_CREDENTIALS|CCE_CODEC|CCE_WEBHOOK)_/i.test(name)
        ? undefined
        : environment[name],
    file(path) {
      // Resolved first, so that no symbolic link leads out of the folder.
      const realPath = realpathSync(path);
      const isOwn = ownFiles
        .map((name) => environment[name] ?? '')
        .some((file) => existsSync(file) && realPath === realpathSync(file));
      if (isOwn) return undefined;
      const allowed =
        secretsFolder === undefined
          ? !/^\/(proc|sys|dev)(\/|$)/.test(realPath)
          : realPath.startsWith(realpathSync(secretsFolder) + sep);
      return allowed ? readSmallFile(realPath) : undefined;
    },
  };
}

/**
 * Reads the URLs and secrets of webhooks: only variables that begin with `CCE_WEBHOOK_`, so that whoever may set a webhook
 * reaches no other secret of the worker, and whoever writes specs reaches none of these. Files as for specs.
 */
export function createWebhookSecretReader(
  environment: Readonly<NodeJS.ProcessEnv>,
  secretsFolder: string | undefined,
): SecretReader {
  return {
    ...createSecretReader(environment, secretsFolder),
    env: (name) => (name.startsWith('CCE_WEBHOOK_') ? environment[name] : undefined),
  };
}

const ownFiles = [
  'CCE_ENCRYPTION_KEYS_FILE',
  'CCE_CREDENTIALS_FILE',
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
