import { CancellationScope, isCancellation, setHandler, upsertMemo, workflowInfo } from '@temporalio/workflow';
import type { Observation } from '../activities/observe-cluster.ts';
import type { CreateClusterRequest } from '../cce/create-cluster.ts';
import { phaseDuringCreate } from '../cce/phases.ts';
import { redactSecrets } from '../cce/secrets.ts';
import { findClusters, validateCluster, watchActivities } from './activity-proxies.ts';
import { cleanUp, compensationOptions, type Cleanup } from './clean-up.ts';
import { decideCreate } from './create-decision.ts';
import { deleteUntilGone } from './delete-until-gone.ts';
import { markerOf } from './marker.ts';
import {
  cancelSignal,
  currentStepQuery,
  requestQuery,
  stepChangedSignal,
  type CancelRequest,
  type Step,
} from './messages.ts';
import { obtainCluster, type ObtainedCluster, type SubmitState } from './obtain-cluster.ts';
import {
  closingFailure,
  describeFailure,
  failure,
  provisioningFailure,
  type OperationFailure,
} from './operation-failure.ts';
import { trackProgress } from './progress.ts';

export interface CreateClusterInput {
  /** The body of the API's create call, with known keys in the SDK's spelling; secrets as references, if possible. */
  request: CreateClusterRequest;
  /**
   * What becomes of the cluster when it cannot be brought to run.
   *
   * @default 'delete'
   */
  onFailure?: 'delete' | 'keep';
  /**
   * How long the cluster may take to run, in seconds; the clean-up after it is not bounded by it.
   *
   * @default 3600
   */
  timeoutSeconds?: number;
  /**
   * Make the cluster even if others of the same name exist. The service allows that.
   *
   * @default false
   */
  allowDuplicateName?: boolean;
  /** IDs of validation rules to pass over, since the vendor's rules move. */
  disabledRules?: string[];
}

export interface CreateClusterOutcome {
  outcome: 'running' | 'failed' | 'cancelled';
  clusterID?: string;
  /** Of the create call. */
  requestID?: string;
  /** The cluster was there before, made from the same spec by an earlier create. */
  adopted?: boolean;
  steps: Step[];
  /** Clusters that lost answers made in excess, and what became of them. */
  duplicates?: { clusterID: string; deleted: boolean }[];
  failure?: OperationFailure;
  cleanup?: Cleanup;
  cancelReason?: string;
}

/**
 * Brings one cluster to `running`, exactly once, or cleans up what it made.
 *
 * Returns the outcome when it runs or was cancelled, natively or by signal. A failed create closes as Failed, with an
 * ApplicationFailure of the failure's type that has the outcome as its first detail.
 */
export async function createCluster(input: CreateClusterInput): Promise<CreateClusterOutcome> {
  const { request, allowDuplicateName = false } = input;
  const { clusterName } = request.cluster;
  const { workflowId, firstExecutionRunId } = workflowInfo();
  const marker = markerOf(workflowId, firstExecutionRunId, request);
  const progress = trackProgress('validating');
  const submit: SubmitState = { outcomeOpen: false };
  let obtained: ObtainedCluster | undefined;
  let duplicates: CreateClusterOutcome['duplicates'];
  let cancelRequest: CancelRequest | undefined;

  const root = CancellationScope.current();
  // The deadline is a scope of its own: a workflow timeout would end everything, the clean-up too.
  const provisioning = new CancellationScope({ cancellable: true, timeout: (input.timeoutSeconds ?? 3600) * 1000 });
  setHandler(currentStepQuery, () => progress.view());
  setHandler(requestQuery, () => redactSecrets(request));
  setHandler(stepChangedSignal, (change) => progress.observeChange(change));
  setHandler(cancelSignal, (cancel = {}) => {
    cancelRequest ??= cancel;
    provisioning.cancel();
  });

  try {
    await provisioning.run(provision);
    progress.enter('done');
    return outcome('running');
  } catch (error) {
    const cancelled = isCancellation(error) && (cancelRequest !== undefined || root.consideredCancelled);
    const reason = cancelled ? undefined : failureOf(error);
    const policy = cancelled ? (cancelRequest?.cleanup ?? 'delete') : (input.onFailure ?? 'delete');
    const { steps } = progress.view();
    const cleanup = await cleanUpOrKeep(policy);
    progress.enter('done');
    const cancelReason = cancelRequest?.reason;
    if (reason === undefined) {
      return { ...outcome('cancelled'), steps, cleanup, ...(cancelReason !== undefined && { cancelReason }) };
    }
    throw closingFailure({ ...outcome('failed'), steps, failure: reason, cleanup });
  }

  async function provision(): Promise<void> {
    await validateCluster({ request, disabledRules: input.disabledRules ?? [] });
    progress.enter('submitting');
    obtained = await obtainCluster(request, marker, allowDuplicateName, submit);
    for (;;) {
      upsertMemo({ clusterID: obtained.clusterID });
      progress.enter('provisioning', obtained.clusterID);
      await waitUntilRunning(obtained.clusterID);
      // A cluster of an earlier create was found by a look; there is nothing of this create to verify.
      if (obtained.madeBy === 'earlierCreate') break;
      progress.enter('verifying');
      const survivor = await resolveDuplicates(obtained.clusterID);
      if (survivor === obtained.clusterID) break;
      obtained = { clusterID: survivor, madeBy: 'thisCreate' };
    }
    progress.enter('running');
  }

  async function waitUntilRunning(clusterID: string): Promise<void> {
    const observed: Observation = await watchActivities().watchCluster({ clusterID, goal: 'running' });
    progress.observe(observed);
    if (phaseDuringCreate(observed.clusterPhase) !== 'succeeded') {
      throw failure(provisioningFailure(clusterID, observed.clusterPhase, observed.steps));
    }
  }

  /**
   * An attempt that was thought dead may have sent its request late. Of several clusters of this create the oldest
   * stays; it is returned when it is another one than `clusterID`, and the rest is deleted once it runs.
   */
  async function resolveDuplicates(clusterID: string): Promise<string> {
    const found = await findClusters({ clusterName });
    const decision = decideCreate({ found, marker, settling: false, allowDuplicateName });
    if (decision.action !== 'adopt' || decision.madeBy !== 'thisCreate') return clusterID;
    if (decision.clusterID !== clusterID) return decision.clusterID;
    for (const extra of decision.extras) {
      duplicates = [...(duplicates ?? []), { clusterID: extra, deleted: await deleteExtra(extra) }];
    }
    return clusterID;
  }

  async function deleteExtra(clusterID: string): Promise<boolean> {
    try {
      await deleteUntilGone(clusterID, compensationOptions(request), () => undefined);
      return true;
    } catch (error) {
      if (isCancellation(error)) throw error;
      return false;
    }
  }

  async function cleanUpOrKeep(policy: 'delete' | 'keep'): Promise<Cleanup> {
    const clusterIDs = obtained === undefined ? [] : [obtained.clusterID];
    // Without our marker's key a cluster is never deleted as compensation, even if an earlier create of ours made it.
    const isNotOurs = obtained?.madeBy === 'earlierCreate' && cancelRequest?.deleteRequested !== true;
    if (policy === 'keep' || isNotOurs) {
      return { status: clusterIDs.length > 0 || submit.outcomeOpen ? 'kept' : 'notNeeded', clusterIDs };
    }
    if (obtained === undefined && !submit.outcomeOpen) return { status: 'notNeeded', clusterIDs };
    progress.enter('cleaningUp');
    return cleanUp(
      {
        clusterName,
        marker,
        outcomeOpen: submit.outcomeOpen,
        deleteOptions: compensationOptions(request),
        ...(obtained !== undefined && { clusterID: obtained.clusterID }),
      },
      progress.observe,
    );
  }

  function failureOf(error: unknown): OperationFailure {
    if (!isCancellation(error)) return describeFailure(error, 'CreateRefused');
    const { stage, step } = progress.view();
    return {
      type: 'DeadlineExceeded',
      message: `"${clusterName}" does not run after ${input.timeoutSeconds ?? 3600} s; it got as far as ${step?.name ?? stage}`,
      advice: 'give it more time with timeoutSeconds, or look at the step that takes so long',
      ...(step !== undefined && { step }),
    };
  }

  function outcome(kind: CreateClusterOutcome['outcome']): CreateClusterOutcome {
    return {
      outcome: kind,
      ...(obtained !== undefined && { clusterID: obtained.clusterID }),
      ...(obtained?.requestID !== undefined && { requestID: obtained.requestID }),
      ...(obtained?.madeBy === 'earlierCreate' && { adopted: true }),
      steps: progress.view().steps,
      ...(duplicates !== undefined && { duplicates }),
    };
  }
}
