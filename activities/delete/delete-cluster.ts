import { cancellationSignal, log } from '@temporalio/activity';
import { CceApiError } from '../../cce/cce-api-error.ts';
import type { CceClient } from '../../cce/client.ts';
import type { DeleteClusterOptions } from '../../cce/cluster.ts';
import { withCallFailures } from '../api/call-failure.ts';

export interface DeletionAccepted {
  /** The service knows no such cluster: there was nothing left to delete. */
  alreadyGone: boolean;
  requestID?: string;
}

/** Asks for a deletion. Asking again for a cluster that is being deleted, or is gone, does no harm. */
export function deleteCluster({ cce }: { cce: CceClient }) {
  return async (input: { clusterID: string; options: DeleteClusterOptions }): Promise<DeletionAccepted> =>
    withCallFailures(async () => {
      try {
        const { requestID } = await cce.deleteCluster(input.clusterID, input.options, { signal: cancellationSignal() });
        log.info('the service deletes the cluster', { requestID });
        return { alreadyGone: false, ...(requestID !== undefined && { requestID }) };
      } catch (error) {
        if (error instanceof CceApiError && error.kind === 'notFound') return { alreadyGone: true };
        throw error;
      }
    });
}
