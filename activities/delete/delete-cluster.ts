import { cancellationSignal, log } from '@temporalio/activity';
import { CceApiError } from '../../cce/cce-api-error.ts';
import type { CceClient } from '../../cce/client.ts';
import type { DeleteClusterOptions } from '../../cce/cluster.ts';
import { withCallFailures } from '../api/call-failure.ts';

export interface DeletionAccepted {
  /** Whether the service knew no such cluster: nothing was left to delete. */
  alreadyGone: boolean;
  requestID?: string;
}

/** Requests the deletion of a cluster. Repeating the request for a cluster that is being deleted, or is gone, is harmless. */
export function deleteCluster({ cce }: { cce: CceClient }) {
  return async (input: { clusterID: string; options: DeleteClusterOptions }): Promise<DeletionAccepted> =>
    withCallFailures(async () => {
      try {
        const { requestID } = await cce.deleteCluster(input.clusterID, input.options, { signal: cancellationSignal() });
        log.info('the service accepted the deletion', { requestID });
        return { alreadyGone: false, ...(requestID !== undefined && { requestID }) };
      } catch (error) {
        if (error instanceof CceApiError && error.kind === 'notFound') return { alreadyGone: true };
        throw error;
      }
    });
}
