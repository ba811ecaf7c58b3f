import { patched, sleep, upsertMemo } from '@temporalio/workflow';
import type { FoundCluster } from '../../activities/create/find-clusters.ts';
import { phaseDuringCreate } from '../../cce/phases.ts';
import { secretsOf } from '../../cce/secrets.ts';
import type { ObtainedCluster } from '../../contract/create-record.ts';
import { watchActivities } from '../activity-proxies.ts';
import { throwIfCancelled } from '../operation/cancellation.ts';
import { failure, provisioningFailure } from '../operation/operation-failure.ts';
import type { Progress } from '../operation/progress.ts';
import { isAfterReset } from './after-reset.ts';
import type { SettledDecision } from './create-decision.ts';
import type { Creation } from './creation.ts';
import { decide } from './decide.ts';
import { look, obtainCluster } from './obtain-cluster.ts';
import { deleteExtra, deleteOwnClusters, verifyWithinMs } from './own-clusters.ts';
import { countMade, lastOpenedAtMs, lastRequestTimeMs } from './sent-requests.ts';

/**
 * Obtains the cluster, waits until it runs, and makes sure that it is the only one. Notes the cluster in `creation` at
 * once, so that a clean-up knows about it whatever happens next.
 */
export async function provisionCluster(creation: Creation, progress: Progress, deadline: Deadline): Promise<void> {
  let survivor: string | undefined;
  let obtainedAtMs = 0;
  for (;;) {
    const { clusterID, madeBy } = await deadline(async () => {
      const obtained: ObtainedCluster =
        survivor === undefined
          ? await obtainCluster(creation, progress)
          : { clusterID: survivor, madeBy: 'thisCreate' };
      note(creation, obtained);
      obtainedAtMs = Date.now();
      progress.enter('provisioning', obtained.clusterID);
      await waitUntilRunning(creation, obtained.clusterID, progress);
      return obtained;
    });
    // A look found a cluster of an earlier create, so this create made nothing to verify. If each request was answered,
    // none can have made another cluster: only an attempt whose end nobody saw may still do that.
    // The patch tells a reset to a later moment, whose history goes on without this question.
    const isUnknownRequest = madeBy === 'thisCreate' && survivor === undefined && isAfterReset();
    if (isUnknownRequest && patched('verify-after-reset')) {
      creation.requests.unshift({ outcome: 'open', openedAtMs: obtainedAtMs });
    }
    if (lastOpenedAtMs(creation.requests) === undefined) return throwIfCancelled();
    if (madeBy === 'earlierCreate') {
      await deleteOwnClusters(creation, progress, 'verifying');
      return throwIfCancelled();
    }
    // Outside the deadline: the cluster runs in time, and a duplicate that is slow to delete must not take it along.
    progress.enter('verifying');
    survivor = await resolveDuplicates(creation, clusterID, progress);
    throwIfCancelled();
    if (survivor === clusterID) return;
  }
}

function note(creation: Creation, obtained: ObtainedCluster): void {
  creation.obtained = obtained;
  if (obtained.madeBy === 'thisCreate') creation.made.push(obtained.clusterID);
  upsertMemo({ clusterID: obtained.clusterID });
}

/** Runs a part of a create under the time limit that all parts share. */
export type Deadline = <Result>(part: () => Promise<Result>) => Promise<Result>;

async function waitUntilRunning({ request }: Creation, clusterID: string, progress: Progress): Promise<void> {
  const { watchCluster } = watchActivities(`wait until ${clusterID} runs`);
  const observed = await watchCluster({ clusterID, goal: 'running', secrets: secretsOf(request) });
  progress.observe(observed);
  if (phaseDuringCreate(observed.clusterPhase) !== 'succeeded') {
    throw failure(provisioningFailure(clusterID, observed.clusterPhase, observed.steps));
  }
}

/**
 * Deletes surplus clusters: an attempt that seemed dead may have sent its request late. The oldest cluster of this
 * create that runs stays. If that is not `clusterID`, which runs too, returns it at once, and the others are deleted once
 * a watch has confirmed that it runs.
 */
async function resolveDuplicates(creation: Creation, clusterID: string, progress: Progress): Promise<string> {
  const decision = await lookForAll(creation, clusterID, progress);
  if (decision.action !== 'adopt' || decision.madeBy !== 'thisCreate') return clusterID;
  if (decision.clusterID !== clusterID) return decision.clusterID;
  // The list may not show yet a cluster that the create gave up for an older one.
  for (const extra of new Set([...decision.extras, ...creation.made])) {
    if (extra === clusterID) continue;
    creation.duplicates.push({ clusterID: extra, ...(await deleteExtra(creation, extra, progress)) });
  }
  return clusterID;
}

/** Looks until each request that may have made a cluster is accounted for, or ended long enough ago. */
async function lookForAll(creation: Creation, clusterID: string, progress: Progress): Promise<SettledDecision> {
  for (;;) {
    const found = (await look(creation, progress, verifyWithinMs)).map((seen) =>
      seen.clusterID === clusterID ? asRunning(seen) : seen,
    );
    const decision = decide({ ...creation, found, settling: false });
    const accounted = decision.action === 'adopt' ? 1 + decision.extras.length : 0;
    const lastAtMs = lastOpenedAtMs(creation.requests) ?? 0;
    if (Date.now() >= lastAtMs + lastRequestTimeMs) return decision;
    // What the run before a reset made counts among the found ones, and its request does not. Runs of before did not know.
    const mayHideOne = isAfterReset() && patched('all-requests-after-reset');
    if (accounted >= countMade(creation.requests) && !mayHideOne) return decision;
    await sleep('15s', { summary: 'what a last request made may show late' });
  }
}

/** The list may lag behind the watch, which has seen that the cluster runs. */
function asRunning(seen: FoundCluster): FoundCluster {
  return phaseDuringCreate(seen.clusterPhase) === 'waiting' ? { ...seen, clusterPhase: 'running' } : seen;
}
