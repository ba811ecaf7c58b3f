import { ApplicationFailure } from '@temporalio/common';
import type { CreateClusterRequest } from '../../cce/create-cluster.ts';
import type { SecretReader } from '../../cce/secrets.ts';
import { validateCreateRequest, type Problem } from '../../cce/validate.ts';
import { resolveRequest } from './resolve-request.ts';

/**
 * Refuses a request that cannot succeed before anything is sent, and lists all its problems. Resolves the secrets for the
 * check, since a worker like this one must resolve them later.
 *
 * @param dependencies.secrets Absent in a worker of a pool that has no secrets of this account: then the check skips them.
 *
 * Fails with `InvalidSpec` (first detail: `problems`, a list of {@link Problem}) or `SecretUnavailable`.
 */
export function validateCluster({ secrets }: { secrets?: SecretReader }) {
  return async (input: { request: CreateClusterRequest; disabledRules?: string[] }): Promise<void> => {
    const request = secrets === undefined ? input.request : resolveRequest(input.request, secrets);
    const { errors } = validateCreateRequest(request, { disabledRules: input.disabledRules ?? [] });
    if (errors.length > 0) {
      throw ApplicationFailure.create({
        type: 'InvalidSpec',
        message: errors.map((problem) => `${problem.path}: ${problem.message}`).join('\n'),
        nonRetryable: true,
        details: [{ problems: errors satisfies Problem[] }],
      });
    }
  };
}
