import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@temporalio/worker';
import { CceApiError } from '../cce/cce-api-error.ts';
import type { CceClient } from '../cce/client.ts';
import { ConfigurationError } from '../temporal/configuration-error.ts';

const retryMs = 5_000;

/**
 * Waits until the service has answered a signed list call: a worker that cannot call the service would accept creates only
 * to fail them. Repeats the call for as long as the service is unreachable.
 *
 * @param keysSetting The name of the setting that the credentials come from.
 * @throws ConfigurationError if the service refuses the credentials
 */
export async function proveConfiguration(
  cce: Pick<CceClient, 'listClusters'>,
  keysSetting: string,
  log: Logger,
): Promise<void> {
  for (;;) {
    try {
      await cce.listClusters(simplest);
      return;
    } catch (error) {
      if (isRefusal(error)) throw new ConfigurationError([refusalText(keysSetting, error)]);
      log.warn('the CCE service does not answer yet; the worker takes no work before it does', { error });
      await pause(retryMs);
    }
  }
}

/** The query of a call that shows whether the service accepts the credentials. */
export const simplest = { pageNo: 1, pageSize: 1 } as const;

/** Whether the service refuses the credentials. */
export function isRefusal(error: unknown): error is CceApiError {
  return error instanceof CceApiError && (error.kind === 'authentication' || error.kind === 'permission');
}

/** Says that the service refuses credentials, without any part of them. */
export function refusalText(keysSetting: string, { code, httpStatus, message, requestID = 'none' }: CceApiError) {
  return `${keysSetting}: the service refuses these credentials (${httpStatus} ${code}: ${message}; requestID ${requestID})`;
}
