import type { InstanceSet } from '../cce/instance-spec.ts';
import { invalidParam, ServiceError } from './service-error.ts';

/** @throws `ServiceError` 400 if the spec of a machine in a request is invalid. */
export function checkMachineSets(sets: readonly InstanceSet[]): void {
  for (const { instanceSpec } of sets) {
    const { adminPassword, userData, aiInfraOption, deployCustomConfig } = instanceSpec;
    const scripts = [deployCustomConfig?.preUserScript, deployCustomConfig?.postUserScript];
    const secrets = [adminPassword, userData, aiInfraOption?.serverLessRelayPW, ...scripts];
    if (secrets.some((secret) => secret !== undefined && typeof secret !== 'string')) {
      throw invalidParam(
        'instanceSpec: adminPassword, userData, serverLessRelayPW and the user scripts must be strings',
      );
    }
    if (instanceSpec.existed === true && instanceSpec.existedOption?.existedInstanceID === undefined) {
      throw invalidParam('instanceSpec.existedOption.existedInstanceID: required if existed is true');
    }
    if (instanceSpec.needEIP === true && instanceSpec.eipOption === undefined) {
      throw invalidParam('instanceSpec.eipOption: required if needEIP is true');
    }
  }
}

/**
 * The code is an assumption; see `docs/assumptions.md`.
 *
 * @param used The number of nodes that the cluster has.
 * @throws `ServiceError` 400 if the cluster would have more nodes than it may.
 */
export function checkNodeQuota(nodeQuota: number, used: number, sets: readonly InstanceSet[]): void {
  const wanted = sets.reduce((sum, { count = 1 }) => sum + count, 0);
  if (used + wanted > nodeQuota) {
    throw new ServiceError(400, 'cce.warning.ExceedQuota', `the cluster may have no more than ${nodeQuota} nodes`);
  }
}
