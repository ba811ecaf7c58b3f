import { ApplicationFailure } from '@temporalio/common';
import type { CreateClusterRequest } from '../../cce/create-cluster.ts';
import { resolveSecrets, type Resolved, type SecretReader } from '../../cce/secrets.ts';

/** Replaces the references in a request by the secrets. Fails with `SecretUnavailable`, which names all missing ones. */
export function resolveRequest(request: CreateClusterRequest, secrets: SecretReader): Resolved<CreateClusterRequest> {
  try {
    return resolveSecrets(request, secrets);
  } catch (error) {
    throw ApplicationFailure.nonRetryable(error instanceof Error ? error.message : String(error), 'SecretUnavailable');
  }
}
