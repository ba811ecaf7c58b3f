import { cancellationSignal, log } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { SetForbidDeleteResponse } from '../../cce/cluster.ts';
import { readMarker } from '../../contract/marker.ts';
import type { Protection, ProtectionInput } from '../../contract/protection.ts';
import { withCallFailures } from '../api/call-failure.ts';
import { throwIfNobodyWaits, type IsWorkflowOpen } from '../delete/throw-if-nobody-waits.ts';
import { orAbsent } from '../watch/read-phase.ts';
import { isLeaving } from '../delete/objection-to.ts';
import { findCluster, pauseBetweenLooks, refusal, type FindClusterDependencies } from './find-cluster.ts';

interface SetProtectionDependencies extends FindClusterDependencies {
  isWorkflowOpen: IsWorkflowOpen;
}

/**
 * Switches the deletion protection of a cluster, and looks twice whether the service took it: the vendor's own SDK sends the
 * field in another spelling, no source says what the service does with one that it does not know, and somebody may switch it back
 * meanwhile. Sends the change even if a look shows the wanted state already, since looks may be stale. Temporal may repeat it.
 *
 * Fails as {@link findCluster} does, with `NotOurs`, `ProtectionRefused` or `ClusterLeaving`, and with `ProtectionNotSeen`, which
 * may pass.
 */
export function setProtection(dependencies: SetProtectionDependencies) {
  const { cce, isWorkflowOpen } = dependencies;
  return async ({ forbidDelete, onlyMarked = false, ...typed }: ProtectionInput): Promise<Protection> =>
    withCallFailures(async () => {
      const { clusterID, clusterName, description } = (await findCluster(dependencies, typed)).spec;
      if (onlyMarked && readMarker(description) === undefined) throw notOurs(clusterID, clusterName);
      await throwIfNobodyWaits(isWorkflowOpen, 'PUT', 'change of the protection');
      const answer = await cce.setForbidDelete(clusterID, forbidDelete, { signal: cancellationSignal() });
      if (answer.success === false) {
        throw refusal({
          type: 'ProtectionRefused',
          message: `the service answers that it has not changed the deletion protection of ${clusterID}`,
          advice: 'try again, or change it in the console of the vendor',
          ...(answer.requestID !== undefined && { requestID: answer.requestID }),
        });
      }
      await confirm(clusterID, forbidDelete, answer);
      await pauseBetweenLooks(dependencies);
      await confirm(clusterID, forbidDelete, answer);
      log.info('the deletion protection is set', { clusterID, forbidDelete, requestID: answer.requestID });
      return { clusterID, clusterName, forbidDelete };
    });

  async function confirm(clusterID: string, forbidDelete: boolean, answer: SetForbidDeleteResponse): Promise<void> {
    const seen = await orAbsent(cce.getCluster(clusterID, { signal: cancellationSignal() }));
    if (seen === undefined || isLeaving(seen.cluster.status)) {
      throw refusal({
        type: 'ClusterLeaving',
        message: `${clusterID} is being deleted; the change of its deletion protection does not stop that`,
      });
    }
    // A service that leaves the field out does not say that it is off.
    const answered = answer.success === true ? answer.forbidDelete : undefined;
    const isUntold = !forbidDelete && seen.cluster.spec.forbidDelete === undefined && answered === false;
    if (isUntold || seen.cluster.spec.forbidDelete === forbidDelete) return;
    const shown = { true: 'as on', false: 'as off', undefined: 'not at all' }[`${seen.cluster.spec.forbidDelete}`];
    const message = `the service accepted the change, and shows the deletion protection of ${clusterID} ${shown}`;
    throw ApplicationFailure.create({ type: 'ProtectionNotSeen', message });
  }
}

function notOurs(clusterID: string, clusterName: string): ApplicationFailure {
  return refusal({
    type: 'NotOurs',
    message: `${clusterID} "${clusterName}" does not carry our marker, so its protection is left on`,
    advice: 'to switch it off all the same, use --foreign',
    clusterIDs: [clusterID],
  });
}
