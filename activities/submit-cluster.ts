import { ApplicationFailure } from '@temporalio/common';
import type { CceClient } from '../cce/client.ts';
import type { CreateClusterRequest } from '../cce/create-cluster.ts';
import { resolveSecrets, type SecretReader } from '../cce/secrets.ts';
import { withCallFailures } from './call-failure.ts';

export interface SubmittedCluster {
  clusterID: string;
  requestID: string;
}

/**
 * Sends the create request, once. The workflow must have looked for the cluster before, and looks again whenever this
 * fails in any way that leaves the outcome open.
 *
 * The request is not tied to the activity's cancellation: to break it off would only turn a known outcome into an
 * unknown one. Its own time limit ends it well before the activity's.
 */
export function submitCluster({ cce, secrets }: { cce: CceClient; secrets: SecretReader }) {
  return async ({ request }: { request: CreateClusterRequest }): Promise<SubmittedCluster> => {
    const resolved = resolve(request, secrets);
    const { clusterID, requestID } = await withCallFailures(() => cce.createCluster(resolved));
    return { clusterID, requestID };
  };
}

function resolve(request: CreateClusterRequest, secrets: SecretReader): CreateClusterRequest {
  try {
    return resolveSecrets(request, secrets);
  } catch (error) {
    throw ApplicationFailure.nonRetryable(error instanceof Error ? error.message : String(error), 'SecretUnavailable');
  }
}
