import { ApplicationFailure } from '@temporalio/common';
import type { CceClient } from '../cce/client.ts';
import type { CreateClusterRequest } from '../cce/create-cluster.ts';
import { secretValues, type SecretReader } from '../cce/secrets.ts';
import { withCallFailures, type CallFailure } from './call-failure.ts';
import { resolveRequest } from './resolve-request.ts';

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
    const startedAt = performance.now();
    const resolved = resolveRequest(request, secrets);
    // Another attempt may be under way by then, if this worker was frozen or blocked.
    if (performance.now() - startedAt > sendWithinMs) throw sentTooLate();
    try {
      const { clusterID, requestID } = await withCallFailures(() => cce.createCluster(resolved));
      return { clusterID, requestID };
    } catch (error) {
      throw withoutSecrets(error, secretValues(resolved));
    }
  };
}

const sendWithinMs = 20_000;

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
function withoutSecrets(error: unknown, values: readonly string[]): unknown {
  if (!(error instanceof ApplicationFailure)) return error;
  const clean = (text: string) => values.reduce((each, value) => each.replaceAll(value, '[redacted]'), text);
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
