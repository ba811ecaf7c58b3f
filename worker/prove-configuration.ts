import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@temporalio/worker';
import { CceApiError } from '../cce/cce-api-error.ts';
import type { CceClient } from '../cce/client.ts';
import { ConfigurationError } from '../temporal/configuration-error.ts';

const retryMs = 5_000;

/**
 * Waits until the service has answered a signed list call: a worker that cannot call it would accept creates only to fail
 * them. A service that cannot be reached is asked again for as long as it takes.
 *
 * @param keysSetting Names the setting that the keys are from.
 * @throws ConfigurationError where it refuses the keys
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
          `${keysSetting}: the service refuses them (${httpStatus} ${code}: ${message}; requestID ${requestID})`,
        ]);
      }
      log.warn('the service does not answer yet; no work is taken before it does', { error });
      await pause(retryMs);
    }
  }
}
