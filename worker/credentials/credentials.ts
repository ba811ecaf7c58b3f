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

/** They are renewed so long before they expire, or in the middle of a life that is shorter than twice that. */
const renewBeforeMs = 5 * 60_000;

/** From one attempt to the next, where nothing says that the next one does better. */
const restMs = 10_000;

/**
 * The keys to sign with, renewed before they expire: a file is read again also when it changes. Callers share one
 * attempt. One that fails is logged, and the keys that there are serve for as long as they are valid.
 *
 * The function throws CredentialsError where there are none that are.
 *
 * @returns For `CceClientOptions.credentials`: keys that it is told of as refused are renewed at once.
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
    if ('command' in source) return runCredentialsCommand(source.command);
    // Before it is read, so that a change in between is seen as one.
    version = await versionOfFile(source.file);
    return readCredentialsFile(source.file);
  }

  async function tryToRenew(): Promise<void> {
    try {
      current = parseCredentials(await read(), settingOf(source));
      renewAtMs = current.expiresAtMs - Math.min(renewBeforeMs, (current.expiresAtMs - Date.now()) / 2);
      problem = undefined;
    } catch (error) {
      if (!(error instanceof CredentialsError)) throw error;
      problem = error;
      logger.warn('the keys of the account cannot be renewed', { error });
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
    // It may bring others than those that were refused.
    if (refused !== undefined) await renewal;
    const before = current;
    const isResting = Date.now() < restsUntilMs;
    if (before === undefined || isOver(before)) {
      if (problem === undefined || !isResting || (await hasChanged())) await renew();
    } else if (before.credentials === refused && !isResting) await renew();
    else if (await hasChanged()) await renew();
    // Nobody waits for a command as long as there are keys.
    else if (Date.now() >= renewAtMs && !isResting) void renew();

    if (current === undefined || isOver(current)) {
      throw problem ?? new CredentialsError(`${settingOf(source)} gives credentials that expire at once`);
    }
    if (current.credentials === refused && problem !== undefined) throw problem;
    return current.credentials;
  };
}

function isOver({ expiresAtMs }: DatedCredentials): boolean {
  return expiresAtMs <= Date.now();
}
