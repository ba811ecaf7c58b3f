import type { CreateClusterInput } from '../contract/create.ts';
import { InvalidOptionsError } from './errors/invalid-options-error.ts';

/** Why a create cannot ask for a protected cluster with a time to live. */
export const protectedLeaseProblem =
  'cannot be given for a cluster with forbidDelete: the service would not delete the cluster when its time to live is over';

/** Whether a create asks for a time to live that would end with a cluster that nothing may delete. */
export function isProtectedLease({ request, ttlSeconds }: Pick<CreateClusterInput, 'request' | 'ttlSeconds'>): boolean {
  return ttlSeconds !== undefined && request.cluster.forbidDelete === true;
}

/** @throws InvalidOptionsError if the cluster would be protected and have a time to live */
export function refuseProtectedLease(create: Pick<CreateClusterInput, 'request' | 'ttlSeconds'>): void {
  if (isProtectedLease(create)) throw new InvalidOptionsError([{ path: 'ttlSeconds', message: protectedLeaseProblem }]);
}
