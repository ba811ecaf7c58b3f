import { cancellationSignal, log } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { CceClient } from '../../cce/client.ts';
import { readMarker } from '../../contract/marker.ts';
import { withCallFailures } from '../api/call-failure.ts';
import { throwIfNobodyWaits, type IsWorkflowOpen } from '../delete/throw-if-nobody-waits.ts';
import { listNodes } from './list-nodes.ts';

export interface DeleteFailedNodesInput {
  clusterID: string;
  /** The cluster must carry this marker: nodes of a cluster that another create made stay. */
  markerKey: string;
  /** Nodes that more than one look has shown as failed. */
  instanceIDs: readonly string[];
}

export interface DeletedNodes {
  /** The service has accepted their deletion, or shows them as being deleted or gone. */
  deleted: string[];
  /** The list lacks them, so that nothing was sent for them: it may lag, and they may be there still. */
  absent: string[];
}

/**
 * Looks once more at nodes that failed, and deletes those that have failed still. Temporal may repeat it: a node that is being
 * deleted is no failed one any more.
 *
 * @returns the IDs of those that are being deleted now, and of those that the list lacks. The others have recovered.
 */
export function deleteFailedNodes({ cce, isWorkflowOpen }: { cce: CceClient; isWorkflowOpen: IsWorkflowOpen }) {
  return async ({ clusterID, markerKey, instanceIDs }: DeleteFailedNodesInput): Promise<DeletedNodes> =>
    withCallFailures(async () => {
      const signal = cancellationSignal();
      const { cluster } = await cce.getCluster(clusterID, { signal });
      if (readMarker(cluster.spec.description)?.key !== markerKey) {
        throw ApplicationFailure.nonRetryable(
          `${clusterID} does not carry the marker of this create any more`,
          'NotOurs',
        );
      }
      const nodes = (await listNodes(cce, clusterID, signal)).filter(({ cceInstanceID }) =>
        instanceIDs.includes(cceInstanceID),
      );
      const idsIn = (...states: string[]) =>
        nodes.filter(({ state }) => states.includes(state)).map(({ cceInstanceID }) => cceInstanceID);
      const failed = idsIn('failed');
      if (failed.length > 0) {
        await throwIfNobodyWaits(isWorkflowOpen, 'PUT', 'deletion of failed nodes');
        const deleteOption = { deleteResource: true, deleteCDSSnapshot: true };
        await cce.deleteInstances(clusterID, { instanceIDs: failed, deleteOption }, { signal });
        log.info('the service deletes failed nodes', { clusterID, instanceIDs: failed });
      }
      const shown = new Set(nodes.map(({ cceInstanceID }) => cceInstanceID));
      return {
        deleted: [...failed, ...idsIn('leaving', 'gone')],
        absent: instanceIDs.filter((id) => !shown.has(id)),
      };
    });
}
