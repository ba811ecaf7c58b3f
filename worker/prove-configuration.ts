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
      await cce.listClusters({ pageNo: 1, pageSize: 1 });
      return;
    } catch (error) {
      const refused = error instanceof CceApiError && (error.kind === 'authentication' || error.kind === 'permission');
      if (refused) {
        const { code, httpStatus, message, requestID = 'none' } = error;
        throw new ConfigurationError([
          `${keysSetting}: the service refuses these credentials (${httpStatus} ${code}: ${message}; requestID ${requestID})`,
        ]);
      }
      log.warn('the CCE service does not answer yet; the worker takes no work before it does', { error });
      await pause(retryMs);
    }
  }
}
