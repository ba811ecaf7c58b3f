import { isCancellation, sleep } from '@temporalio/workflow';
import type { FoundCluster } from '../../activities/create/find-clusters.ts';
import type { CreateClusterRequest } from '../../cce/create-cluster.ts';
import { withMarker } from '../../contract/marker.ts';
import { compareSpec, findClusters, submitCluster } from '../activity-proxies.ts';
import { throwIfCancelled } from '../operation/cancellation.ts';
import { callFailureOf, failure, isFailureOfType } from '../operation/operation-failure.ts';
import { decideCreate, type SettledDecision } from './create-decision.ts';
import type { Creation, ObtainedCluster } from './creation.ts';

/**
 * Pauses between the looks for a cluster whose create answer was lost. Together 90 s: longer than a request may take and
 * than the list is assumed to lag behind (docs/assumptions.md).
 */
export const settlePauses = ['1s', '4s', '10s', '15s', '30s', '30s'] as const;

/**
 * Comes by exactly one cluster: looks for it, sends the request if there is none, and looks again, several times over,
 * when the outcome of the request is open. Only when all looks were in vain is another request sent.
 *
 * The first look is part of the activity that sends: nothing comes in between then, however long creates queue for it.
 *
 * Throws `NameTaken`, or the ActivityFailure of a request that was refused.
 */
export async function obtainCluster(creation: Creation): Promise<ObtainedCluster> {
  const { request, marker } = creation;
  let refusal: unknown;
  let found: FoundCluster[] | undefined;
  for (let refusals = 0, lookFirst = true; ; lookFirst = false) {
    if (!lookFirst) {
      const decision: SettledDecision =
        found === undefined ? await lookUntilSettled(creation) : decideCreate({ ...creation, found, settling: false });
      if (decision.action === 'adopt') return { clusterID: decision.clusterID, madeBy: decision.madeBy };
      if (decision.action === 'refuse') {
        // The look may have been waited for beyond a cancel, which then counts.
        throwIfCancelled();
        throw await nameTaken(creation, decision);
      }
      if (refusal !== undefined) throw refusal;
      found = undefined;
    }
    // A look that succeeds together with a cancel goes on to here.
    throwIfCancelled();
    try {
      // Set first and only then sent: whatever happens from here on, a clean-up will look.
      creation.outcomeOpen = true;
      creation.sent++;
      const submitted = await submitCluster({ request: withMarker(request, marker), lookFirst });
      creation.outcomeOpen = false;
      if (!('found' in submitted)) return { ...submitted, madeBy: 'thisCreate' };
      creation.sent--;
      found = submitted.found;
    } catch (error) {
      if (isCancellation(error)) {
        // It had not begun: one that has is waited for. What an earlier request made may still show.
        creation.outcomeOpen = creation.openedAtMs !== undefined;
        creation.sent--;
        throw error;
      }
      const call = callFailureOf(error);
      // A timeout or a lost worker has no call to ask: it leaves the outcome open too.
      creation.outcomeOpen = call?.mayHaveTakenEffect ?? !isFailureOfType(error, 'SecretUnavailable');
      if (creation.outcomeOpen) {
        creation.openedAtMs = Date.now();
        continue;
      }
      creation.sent--;
      if (call?.retryable !== true) {
        if (creation.openedAtMs === undefined && call?.kind !== 'conflict') throw error;
        // What is in the way, as a namesake or on the quota, may be what an earlier request made after all: look again.
        refusal = error;
        creation.outcomeOpen = true;
        continue;
      }
      // Nothing was done, and the service may take the request later: it throttles, or cannot be reached.
      creation.outcomeOpen = creation.openedAtMs !== undefined;
      const pauseMs = Math.max((call.retryAfterSeconds ?? 0) * 1000, Math.min(60_000, 2_000 * 2 ** refusals++));
      await sleep(pauseMs, { summary: 'the service refused for now' });
    }
  }
}

async function lookUntilSettled(creation: Creation): Promise<SettledDecision> {
  for (const pause of creation.outcomeOpen ? settlePauses : []) {
    const decision = decideCreate({ ...creation, found: await look(creation), settling: true });
    if (decision.action !== 'lookAgain') return decision;
    await sleep(pause, { summary: 'before the next look' });
  }
  const decision = decideCreate({ ...creation, found: await look(creation), settling: false });
  creation.outcomeOpen = false;
  return decision;
}

export function look({ request }: Creation) {
  return findClusters({ clusterName: request.cluster.clusterName });
}

async function nameTaken({ request }: Creation, { reason, clusterIDs }: SettledDecision & { action: 'refuse' }) {
  const advice = {
    foreign: 'it was not made by cce-orchestrator, which never touches it; choose another name',
    differentSpec: 'it was made from a different spec; choose another name, or delete it first',
    earlierFailed: 'an earlier create of it failed; delete it first',
  }[reason];
  const [clusterID] = clusterIDs;
  const differingPaths =
    reason === 'differentSpec' && clusterID !== undefined ? await differences(clusterID, request) : [];
  return failure({
    type: 'NameTaken',
    message: `a cluster named "${request.cluster.clusterName}" exists: ${clusterIDs.join(', ')}`,
    advice,
    clusterIDs,
    ...(differingPaths.length > 0 && { differingPaths }),
  });
}

/** For people only: that the name is taken is true without it. */
async function differences(clusterID: string, request: CreateClusterRequest): Promise<string[]> {
  try {
    return await compareSpec({ clusterID, request });
  } catch (error) {
    if (isCancellation(error)) throw error;
    return [];
  }
}
