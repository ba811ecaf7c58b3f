import { activityInfo, cancellationSignal, CancelledFailure, log } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { CceClient } from '../../cce/client.ts';
import type { CreateClusterRequest } from '../../cce/create-cluster.ts';
import { createSecretFilter, secretsOf, type SecretReader } from '../../cce/secrets.ts';
import { withCallFailures, withoutEffect, type CallFailure } from '../api/call-failure.ts';
import { summaryOf } from '../api/cluster-list.ts';
import { orAbsent } from '../watch/read-phase.ts';
import { toFound, type FoundCluster } from './find-clusters.ts';
import type { FindOpenDeletes } from './open-deletes.ts';
import { resolveRequest } from './resolve-request.ts';

export interface SubmittedCluster {
  clusterID: string;
  requestID: string;
}

export interface SubmitInput {
  request: CreateClusterRequest;
  /** Whether to look for clusters of this name first, and send nothing if there is one. If not, the workflow has looked. */
  lookFirst?: boolean;
  /** A cluster that may have the name although the list does not show it: that may lag. */
  knownClusterID?: string;
  /** Looks over 90 s did not show that cluster: if this one does not either, the request is sent. */
  isKnownLookedFor?: boolean;
}

export interface SubmitDependencies {
  cce: CceClient;
  secrets: SecretReader;
  findClusters: (input: { clusterName: string }) => Promise<FoundCluster[]>;
  findOpenDeletes: FindOpenDeletes;
}

/**
 * Sends the create request once. If a look finds clusters of its name, returns those and sends nothing. The workflow looks
 * again after every failure that leaves the outcome open.
 *
 * A cancellation that arrives before the request is sent keeps it from being sent. From then on it changes nothing: to
 * break the request off would only turn a known outcome into an unknown one. The request's own time limit ends it well
 * before the activity's.
 */
export function submitCluster(dependencies: SubmitDependencies) {
  const submit = lookAndSend(dependencies);
  return async (input: SubmitInput): Promise<Submission> => {
    if (isRepeated()) throw sentBefore();
    return submit(input);
  };
}

/**
 * The cluster, or what kept the request from being sent:
 *
 * - `found`: clusters of its name.
 * - `deleteIsQueued`: a delete of the name, which would take the new cluster for the one that it was asked to delete.
 * - `knownIsUnseen`: neither the list nor the service shows the cluster of {@link SubmitInput.knownClusterID}. One such look
 *   proves nothing.
 */
export type Submission = SubmittedCluster | { found: FoundCluster[]; deleteIsQueued?: true; knownIsUnseen?: true };

function lookAndSend({ cce, secrets, findClusters, findOpenDeletes }: SubmitDependencies) {
  return async ({ request, lookFirst, knownClusterID, isKnownLookedFor = false }: SubmitInput): Promise<Submission> => {
    const startedAt = performance.now();
    const resolved = resolveRequest(request, secrets);
    if (lookFirst === true) {
      const { clusterName } = request.cluster;
      const listed = await findClusters({ clusterName });
      const isListed = listed.some(({ clusterID }) => clusterID === knownClusterID);
      const known = knownClusterID === undefined || isListed ? [] : await findByID(cce, clusterName, knownClusterID);
      const found = known === 'unseen' ? listed : [...listed, ...known];
      const clusterIDs = found.map(({ clusterID }) => clusterID);
      const deletes = await findOpenDeletes({ clusterName, clusterIDs }).catch((error: unknown) => {
        throw withoutEffect(
          'POST',
          `the request was not sent: Temporal does not tell which deletes are open: ${String(error)}`,
        );
      });
      if (deletes.ofName) return { found, deleteIsQueued: true };
      const knownIsUnseen = known === 'unseen' && !isKnownLookedFor;
      if (found.length > 0 || knownIsUnseen) {
        const clusters = found.map((cluster) => withDeletion(cluster, deletes.clusterIDs));
        return { found: clusters, ...(knownIsUnseen && { knownIsUnseen }) };
      }
    }
    // If the look took long, or this worker was frozen, another attempt may be in progress by now.
    if (performance.now() - startedAt > sendWithinMs)
      throw withoutEffect('POST', 'the worker was held up and did not send the request');
    if (cancellationSignal().aborted) throw new CancelledFailure('cancelled before the request was sent');
    try {
      const { clusterID, requestID } = await withCallFailures(() => cce.createCluster(resolved));
      log.info('the service accepted the create', { clusterID, requestID });
      return { clusterID, requestID };
    } catch (error) {
      throw withoutSecrets(error, createSecretFilter(secretsOf(resolved), secrets));
    }
  };
}

/** Asks for a cluster by its ID that the list of its name does not show. */
async function findByID(cce: CceClient, clusterName: string, clusterID: string): Promise<FoundCluster[] | 'unseen'> {
  return withCallFailures(async () => {
    const answer = await orAbsent(cce.getCluster(clusterID, { signal: cancellationSignal() }));
    if (answer === undefined) return 'unseen';
    return answer.cluster.spec.clusterName === clusterName ? [toFound(summaryOf(answer.cluster))] : [];
  });
}

/** Together with 30 s for a turn, 10 s for credentials and 30 s for the request, this stays below the 90 s of the attempt. */
const sendWithinMs = 15_000;

/**
 * The activity has one attempt, unless an operator pauses or resets it. After a reset the attempts count from 1 again, but
 * only the first attempt of all is due at the moment at which the activity was scheduled.
 */
export function isRepeated(): boolean {
  const { attempt, scheduledTimestampMs, currentAttemptScheduledTimestampMs } = activityInfo();
  return attempt > 1 || currentAttemptScheduledTimestampMs > scheduledTimestampMs;
}

/** No known type: the outcome is open, so the create looks before it sends again. */
export function sentBefore(): ApplicationFailure {
  return ApplicationFailure.nonRetryable('an earlier attempt may have sent the request', 'SentBefore');
}

function withDeletion(cluster: FoundCluster, deleted: readonly string[]): FoundCluster {
  return deleted.includes(cluster.clusterID) ? { ...cluster, isBeingDeleted: true } : cluster;
}

/** Removes secrets from a failure: a service that refuses a request may quote it, and histories and logs keep failures. */
export function withoutSecrets(error: unknown, clean: (text: string) => string): unknown {
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
