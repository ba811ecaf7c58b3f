import type { Logger } from '@temporalio/worker';
import type { BceCredentials } from '../../cce/signer.ts';
import { CredentialsError, parseCredentials, type DatedCredentials } from './document.ts';
import {
  readCredentialsFile,
  runCredentialsCommand,
  settingOf,
  versionOfFile,
  type CredentialsSource,
  type RenewableSource,
} from './source.ts';

/** Credentials are renewed this long before they expire, or halfway through a lifetime shorter than twice that. */
const renewBeforeMs = 5 * 60_000;

/** The pause between two attempts, if nothing suggests that the next one will succeed. */
const restMs = 10_000;

/**
 * Provides the credentials to sign with, and renews them before they expire; a file is also read again when it changes.
 * Callers share one attempt to renew. A failed attempt is logged, and the current credentials serve while they are valid.
 *
 * @returns A function for `CceClientOptions.credentials`. It renews credentials at once if they are passed to it as
 *   refused, and throws CredentialsError if it has no valid ones.
 */
export function createCredentials(
  source: CredentialsSource,
  logger: Logger,
): (refused?: BceCredentials) => Promise<BceCredentials> {
  return 'accessKeyID' in source ? async () => source : createRenewedCredentials(source, logger);
}

function createRenewedCredentials(source: RenewableSource, logger: Logger): ReturnType<typeof createCredentials> {
  let current: DatedCredentials | undefined;
  let renewAtMs = 0;
  let restsUntilMs = 0;
  let problem: CredentialsError | undefined;
  let version: string | undefined;
  let renewal: Promise<void> | undefined;

  async function read(): Promise<string> {
    if ('command' in source) return runCredentialsCommand(source.command, settingOf(source));
    // Taken before the file is read, so that a change in between is noticed.
    version = await versionOfFile(source.file);
    return readCredentialsFile(source.file, settingOf(source));
  }

  async function tryToRenew(): Promise<void> {
    try {
      current = parseCredentials(await read(), settingOf(source));
      renewAtMs = current.expiresAtMs - Math.min(renewBeforeMs, (current.expiresAtMs - Date.now()) / 2);
      problem = undefined;
    } catch (error) {
      if (!(error instanceof CredentialsError)) throw error;
      problem = error;
      logger.warn('the credentials cannot be renewed', { error });
    } finally {
      restsUntilMs = Date.now() + restMs;
      renewal = undefined;
    }
  }

  function renew(): Promise<void> {
    return (renewal ??= tryToRenew());
  }

  async function hasChanged(): Promise<boolean> {
    if (!('file' in source)) return false;
    const found = await versionOfFile(source.file);
    return found !== undefined && found !== version;
  }

  return async (refused) => {
    // A renewal in progress may bring other credentials than those that were refused.
    if (refused !== undefined) await renewal;
    const before = current;
    const isResting = Date.now() < restsUntilMs;
    if (before === undefined || isOver(before)) {
      if (problem === undefined || !isResting || (await hasChanged())) await renew();
    } else if (before.credentials === refused && !isResting) await renew();
    else if (await hasChanged()) await renew();
    // Nobody waits for a command while there are valid credentials.
    else if (Date.now() >= renewAtMs && !isResting) void renew();

    if (current === undefined || isOver(current)) {
      throw problem ?? new CredentialsError(`${settingOf(source)} provides credentials that expire at once`);
    }
    if (current.credentials === refused && problem !== undefined) throw problem;
    return current.credentials;
  };
}

function isOver({ expiresAtMs }: DatedCredentials): boolean {
  return expiresAtMs <= Date.now();
}
