import { cancellationSignal, log } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { Protection, ProtectionInput } from '../../contract/protection.ts';
import { withCallFailures } from '../api/call-failure.ts';
import { findCluster, type FindClusterDependencies } from './find-cluster.ts';

/**
 * Switches the deletion protection of a cluster, and looks whether the service took it: the vendor's own SDK sends the field
 * in another spelling, and no source says what the service does with one that it does not know. Sends the change even if a
 * look shows the wanted state already, since looks may be stale. Temporal may repeat it.
 *
 * Fails as {@link findCluster} does, and with `ProtectionNotSeen`, which may pass.
 */
export function setProtection(dependencies: FindClusterDependencies) {
  return async ({ forbidDelete, ...typed }: ProtectionInput): Promise<Protection> =>
    withCallFailures(async () => {
      const { cce } = dependencies;
      const { clusterID, clusterName } = (await findCluster(dependencies, typed)).spec;
      const signal = cancellationSignal();
      const { requestID } = await cce.setForbidDelete(clusterID, forbidDelete, { signal });
      const { cluster } = await cce.getCluster(clusterID, { signal });
      if ((cluster.spec.forbidDelete === true) !== forbidDelete) {
        const message = `the service accepted the change, and shows the deletion protection of ${clusterID} as ${forbidDelete ? 'off' : 'on'}`;
        throw ApplicationFailure.create({ type: 'ProtectionNotSeen', message });
      }
      log.info('the deletion protection is set', { clusterID, forbidDelete, requestID });
      return { clusterID, clusterName, forbidDelete };
    });
}
