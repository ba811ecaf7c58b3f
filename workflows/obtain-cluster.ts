import { CancellationScope, sleep } from '@temporalio/workflow';
import type { CreateClusterRequest } from '../cce/create-cluster.ts';
import { findClusters, submitCluster } from './activity-proxies.ts';
import { decideCreate, type SettledDecision } from './create-decision.ts';
import { withMarker, type Marker } from './marker.ts';
import { callFailureOf, failure, isFailureOfType } from './operation-failure.ts';

export interface ObtainedCluster {
  clusterID: string;
  /** Absent for a cluster that was found rather than answered by the create call. */
  requestID?: string;
  /** `earlierCreate`: the cluster was there before, with the same spec and the marker of an older create. */
  madeBy: 'thisCreate' | 'earlierCreate';
}

/** What a clean-up must know of a create that did not get as far as a clusterID. */
export interface SubmitState {
  /** Whether a request was sent that may have made a cluster which no look has shown yet. */
  outcomeOpen: boolean;
}

/**
 * Pauses between the looks for a cluster whose create answer was lost. Together 90 s: longer than a request may take and
 * than the list is assumed to lag behind (docs/assumptions.md).
 */
export const settlePauses = ['1s', '4s', '10s', '15s', '30s', '30s'] as const;

/**
 * Comes by exactly one cluster: looks for it, sends the request if there is none, and looks again, several times over,
 * when the outcome of the request is open. Only when all looks were in vain is another request sent.
 *
 * Throws `NameTaken`, or the ActivityFailure of a request that was refused.
 */
export async function obtainCluster(
  request: CreateClusterRequest,
  marker: Marker,
  allowDuplicateName: boolean,
  state: SubmitState,
): Promise<ObtainedCluster> {
  const { clusterName } = request.cluster;
  for (let refusals = 0; ;) {
    const decision = await look();
    if (decision.action === 'adopt') return { clusterID: decision.clusterID, madeBy: decision.madeBy };
    if (decision.action === 'refuse') throw nameTaken(clusterName, decision);
    try {
      // Set first and only then sent: whatever happens from here on, a clean-up will look.
      state.outcomeOpen = true;
      // Not cancellable: a request that is on its way is waited for, since its answer says what there is to clean up.
      const submitted = await CancellationScope.nonCancellable(() =>
        submitCluster({ request: withMarker(request, marker) }),
      );
      state.outcomeOpen = false;
      return { ...submitted, madeBy: 'thisCreate' };
    } catch (error) {
      const call = callFailureOf(error);
      // A timeout or a lost worker has no call to ask: it leaves the outcome open too.
      state.outcomeOpen = call?.mayHaveTakenEffect ?? !isFailureOfType(error, 'SecretUnavailable');
      if (state.outcomeOpen) continue;
      if (call?.retryable !== true) throw error;
      // Nothing was done, and the service may take the request later: it throttles, or cannot be reached.
      await sleep(Math.min(60_000, 2_000 * 2 ** refusals++));
    }
  }

  async function look(): Promise<SettledDecision> {
    for (const pause of state.outcomeOpen ? settlePauses : []) {
      const decision = decideCreate({ ...(await situation()), settling: true });
      if (decision.action !== 'lookAgain') return decision;
      await sleep(pause);
    }
    const decision = decideCreate({ ...(await situation()), settling: false });
    state.outcomeOpen = false;
    return decision;
  }

  async function situation() {
    return { found: await findClusters({ clusterName }), marker, allowDuplicateName };
  }
}

function nameTaken(clusterName: string, { reason, clusterIDs }: SettledDecision & { action: 'refuse' }) {
  const explanations = {
    foreign: 'it was not made by cce-orchestrator, which never touches it; choose another name',
    differentSpec: 'it was made from a different spec; choose another name, or delete it first',
    earlierFailed: 'an earlier create of it failed; delete it first',
  };
  return failure({
    type: 'NameTaken',
    message: `a cluster named "${clusterName}" exists: ${clusterIDs.join(', ')}`,
    advice: explanations[reason],
    clusterIDs,
  });
}
