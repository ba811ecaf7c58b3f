import { ApplicationFailure } from '@temporalio/common';
import type { CreateClusterRequest } from '../../cce/create-cluster.ts';
import { resolveSecrets, type Resolved, type SecretReader } from '../../cce/secrets.ts';

/** The request with its secrets in place of the references. Fails with `SecretUnavailable`, which names all that miss. */
export function resolveRequest(request: CreateClusterRequest, secrets: SecretReader): Resolved<CreateClusterRequest> {
  try {
    return resolveSecrets(request, secrets);
  } catch (error) {
    throw ApplicationFailure.nonRetryable(error instanceof Error ? error.message : String(error), 'SecretUnavailable');
  }
}
