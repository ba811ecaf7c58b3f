import { activityInfo, log } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { CceClient } from '../../cce/client.ts';
import type { CreateClusterRequest } from '../../cce/create-cluster.ts';
import { createSecretFilter, secretsOf, type SecretReader } from '../../cce/secrets.ts';
import { withCallFailures, type CallFailure } from '../api/call-failure.ts';
import type { FoundCluster } from './find-clusters.ts';
import { resolveRequest } from './resolve-request.ts';

export interface SubmittedCluster {
  clusterID: string;
  requestID: string;
}

export interface SubmitInput {
  request: CreateClusterRequest;
  /** Look for clusters of the name just before, and send nothing if there is any. Else the workflow must have looked. */
  lookFirst?: boolean;
}

export interface SubmitDependencies {
  cce: CceClient;
  secrets: SecretReader;
  findClusters: (input: { clusterName: string }) => Promise<FoundCluster[]>;
}

/**
 * Sends the create request, once, unless a look shows clusters of its name: then it returns those. The workflow looks
 * again whenever this fails in any way that leaves the outcome open.
 *
 * The request is not tied to the activity's cancellation: to break it off would only turn a known outcome into an
 * unknown one. Its own time limit ends it well before the activity's.
 */
export function submitCluster({ cce, secrets, findClusters }: SubmitDependencies) {
  return async ({ request, lookFirst }: SubmitInput): Promise<SubmittedCluster | { found: FoundCluster[] }> => {
    if (activityInfo().attempt > 1) throw sentBefore();
    const startedAt = performance.now();
    const resolved = resolveRequest(request, secrets);
    if (lookFirst === true) {
      const found = await findClusters({ clusterName: request.cluster.clusterName });
      if (found.length > 0) return { found };
    }
    // Another attempt may be under way by then, if the look took long, or this worker was frozen.
    if (performance.now() - startedAt > sendWithinMs) throw sentTooLate();
    try {
      const { clusterID, requestID } = await withCallFailures(() => cce.createCluster(resolved));
      log.info('the service makes the cluster', { clusterID, requestID });
      return { clusterID, requestID };
    } catch (error) {
      throw withoutSecrets(error, createSecretFilter(secretsOf(resolved), secrets));
    }
  };
}

/** Together with 30 s for a turn, 10 s for keys and 30 s for the request below the 90 s of the attempt. */
const sendWithinMs = 15_000;

/** There is one attempt, but for a server that is told to try again. Of no known type: the outcome is open. */
function sentBefore(): ApplicationFailure {
  return ApplicationFailure.nonRetryable('an earlier attempt may have sent the request', 'SentBefore');
}

function sentTooLate(): ApplicationFailure {
  const failure: CallFailure = {
    type: 'CceNetworkError',
    method: 'POST',
    path: '',
    retryable: true,
    mayHaveTakenEffect: false,
  };
  const message = 'the worker was held up, and did not send the request';
  return ApplicationFailure.create({ type: failure.type, message, details: [failure] });
}

/** A service that refuses a request may quote it, and failures are kept in histories and logs. */
function withoutSecrets(error: unknown, clean: (text: string) => string): unknown {
  if (!(error instanceof ApplicationFailure)) return error;
  const message = clean(error.message);
  const details = ((error.details ?? []) as CallFailure[]).map((call) =>
    call.code === undefined ? call : { ...call, code: clean(call.code) },
  );
  return ApplicationFailure.create({
    message,
    details,
    nonRetryable: error.nonRetryable ?? false,
    ...(typeof error.type === 'string' && { type: error.type }),
  });
}
