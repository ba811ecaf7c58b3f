import { TemporalFailure } from '@temporalio/common';
import {
  CancellationScope,
  isCancellation,
  makeContinueAsNewFunc,
  patched,
  setHandler,
  sleep,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import { redactSecrets } from '../../cce/secrets.ts';
import {
  defaultCleanUpTimeoutSeconds,
  type Cleanup,
  type CreateClusterInput,
  type CreateClusterOutcome,
} from '../../contract/create.ts';
import { isAboutNodes, protectedObjection, type OwnDeleteReason } from '../../contract/delete-order.ts';
import { markerOf } from '../../contract/marker.ts';
import { claimSignal, extendLeaseSignal, requestQuery, verifyClusterUpdate } from '../../contract/messages.ts';
import type { OperationFailure } from '../../contract/operation-failure.ts';
import type { OperationMemo } from '../../contract/operation-memo.ts';
import { validateCluster } from '../activity-proxies.ts';
import { releaseTime } from '../delete/delete-until-gone.ts';
import { cancellableWork } from '../operation/cancellable-work.ts';
import { closingFailure, describeFailure } from '../operation/operation-failure.ts';
import { cancelReason, identifiers } from '../operation/outcome-fields.ts';
import { trackProgress } from '../operation/progress.ts';
import { recordEnd } from '../operation/record-end.ts';
import type { CleanupPolicy } from './clean-up-task.ts';
import { cleanUp } from './clean-up.ts';
import { countIncidents } from './count-incidents.ts';
import type { Creation } from './creation.ts';
import { joinNodes, nodeNeedOf } from './join-nodes.ts';
import { createLease, type Lease, type LeaseEnd } from './lease.ts';
import { isLeaving, trackPresence } from './presence.ts';
import { provisionCluster, type Deadline } from './provision-cluster.ts';

/**
 * Brings exactly one cluster to `running`, with as many nodes as its readiness asks for, or cleans up what it made. With a time to live, it then waits until that is
 * over and deletes the cluster, in as many runs as that takes.
 *
 * Returns the outcome if the cluster runs, has expired or vanished, or was cancelled, natively or by signal. A failed create closes
 * as Failed, with an ApplicationFailure of the failure's type whose first detail is the outcome.
 */
export async function createCluster(input: CreateClusterInput): Promise<CreateClusterOutcome> {
  const { request, timeoutSeconds = 3600, resumed } = input;
  const startedAtMs = resumed?.startedAtMs ?? Date.now();
  const { workflowId, firstExecutionRunId } = workflowInfo();
  const creation: Creation = {
    request,
    marker: markerOf(workflowId, firstExecutionRunId, request),
    allowDuplicateName: input.allowDuplicateName ?? false,
    cleanUpTimeoutSeconds: input.cleanUpTimeoutSeconds ?? defaultCleanUpTimeoutSeconds,
    ...(input.knownClusterID !== undefined && { knownClusterID: input.knownClusterID }),
    unseenUntilMs: input.unseenUntil === undefined ? -Infinity : Date.parse(input.unseenUntil),
    ...(resumed?.record ?? { requests: [], made: [], duplicates: [] }),
  };
  const progress = trackProgress('validating', resumed?.currentStep);
  const lease = input.ttlSeconds === undefined ? undefined : createLease(input.ttlSeconds, resumed?.expiresAtMs);
  const presence = trackPresence(creation, progress, resumed?.isLookDue);
  let isClaimed = resumed !== undefined && (workflowInfo().memo as OperationMemo).claimed === true;
  const currentStep = () => {
    const expiresAtMs = lease?.expiresAtMs();
    return {
      ...progress.view(),
      ...(isClaimed && ({ isClaimed } as const)),
      ...(expiresAtMs !== undefined && { expiresAt: new Date(expiresAtMs).toISOString() }),
      ...(lease !== undefined && expiresAtMs !== undefined && { ttlSeconds: lease.ttlSeconds() }),
    };
  };
  // Claims and cancels arrive here in one order, so that none comes between a look at the one and the other. Signals that arrive
  // before the run begins are handled as their handlers are registered, so that of claims comes first.
  setHandler(claimSignal, () => {
    if (!isClaimed) upsertMemo({ claimed: true } satisfies OperationMemo);
    isClaimed = true;
  });
  const work = cancellableWork(progress, currentStep, (cancel) => isClaimed && cancel?.unlessClaimed === true);
  setHandler(requestQuery, () => redactSecrets(request));
  setHandler(extendLeaseSignal, (extension) => lease?.extend(extension));
  setHandler(verifyClusterUpdate, presence.verify);
  let leaseEnd: LeaseEnd | undefined;

  try {
    await work.run(async () => {
      if (lease !== undefined && resumed !== undefined) {
        leaseEnd = await lease.untilOver(presence);
        return;
      }
      await validateCluster({ request, disabledRules: input.disabledRules ?? [] });
      Object.assign(creation, nodeNeedOf(input));
      progress.enter('submitting');
      await provisionCluster(creation, progress, deadlineIn(timeoutSeconds * 1000));
      await joinNodes(creation, progress, input);
      progress.enter('running');
      if (lease !== undefined && creation.obtained?.madeBy === 'thisCreate') {
        // Clients that wait for the cluster, and not for its end, read this.
        upsertMemo({ leaseBegan: true } satisfies OperationMemo);
        leaseEnd = await lease.untilOver(presence);
      }
    });
  } catch (error) {
    // Nobody foresaw this error: the workflow task fails and waits for a corrected build, and the cluster stays as it is.
    if (!(error instanceof TemporalFailure)) throw error;
    return work.endedByCancel(error) ? endCancelled() : endFailed(failureOf(error));
  }
  // A cancel that arrives together with the last result stops nothing, but counts.
  if (work.isCancelled()) return endCancelled();
  if (lease !== undefined && leaseEnd === 'historyIsLong') return goOn(lease);
  if (leaseEnd === 'vanished') return endVanished();
  if (leaseEnd === 'expired') return endExpired();
  progress.enter('done');
  return recorded(outcome('running'));

  /** Goes on in a new run, with everything that this one knows. Temporal keeps the ID, and so the lock on the name. */
  function goOn({ ttlSeconds, expiresAtMs }: Lease): Promise<never> {
    const { requests, obtained, made, duplicates } = creation;
    const { memo, startTime, typedSearchAttributes } = workflowInfo();
    const goOnWith = makeContinueAsNewFunc<typeof createCluster>({
      memo: { startedAt: startTime.toISOString(), ...memo } satisfies OperationMemo,
      typedSearchAttributes,
    });
    return goOnWith({
      ...input,
      ttlSeconds: ttlSeconds(),
      resumed: {
        startedAtMs,
        expiresAtMs: expiresAtMs() ?? startedAtMs,
        record: { requests, made, duplicates, ...(obtained !== undefined && { obtained }) },
        currentStep: progress.view(),
        ...(presence.isLookDue() && { isLookDue: true }),
      },
    });
  }

  function endVanished(): CreateClusterOutcome {
    const ended = outcome('vanished');
    progress.enter('done');
    return recorded({ ...ended, cleanup: { status: 'notNeeded', clusterIDs: [] } });
  }

  async function endCancelled(): Promise<CreateClusterOutcome> {
    const ended = outcome('cancelled');
    if (cancelPolicy().reason !== undefined) noteLeaving();
    const cleanup = await cleanUp(creation, cancelPolicy, progress, work.onAbandon);
    if (cleanup.status === 'deleted' && work.cancelRequest()?.waitForRelease === true) {
      await CancellationScope.nonCancellable(() => sleep(releaseTime, { summary: 'until what it used is free' }));
    }
    progress.enter('done');
    return recorded({ ...ended, cleanup: withLeaseNote(cleanup), ...cancelReason(work.cancelRequest()) });
  }

  /** Who asked for a time to live has to know of a cluster that is left and does not have it. */
  function withLeaseNote(cleanup: Cleanup): Cleanup {
    const isLeft = cleanup.status === 'kept' || cleanup.status === 'incomplete';
    return isLeft && lease !== undefined ? { ...cleanup, withoutLease: true } : cleanup;
  }

  function cancelPolicy(): CleanupPolicy {
    const { cleanup = 'delete', deleteOptions } = work.cancelRequest() ?? {};
    return {
      ...(cleanup === 'delete' && { reason: 'cancelRequested' }),
      ...(deleteOptions !== undefined && { deleteOptions }),
    };
  }

  async function endFailed(reason: OperationFailure): Promise<never> {
    const ended = outcome('failed');
    if (reason.type === 'DeletedByOthers' && isLeaving(progress.view().phase)) forgetObtained(creation);
    const deleteReason = input.onFailure === 'keep' ? undefined : reasonsToDelete[reason.type];
    // The masters run. That its nodes do not is no reason if others rely on it, or if nobody knows whether they do.
    const objection = () =>
      deleteReason !== undefined && isAboutNodes(deleteReason) ? objectionOfOthers() : undefined;
    const ownPolicy = () => (deleteReason === undefined || objection() !== undefined ? {} : { reason: deleteReason });
    const policy = () => (work.cancelRequest()?.deleteOptions === undefined ? ownPolicy() : cancelPolicy());
    const cleanup = await cleanUp(creation, policy, progress, work.onAbandon);
    const spared = cleanup.status === 'kept' && cleanup.reason === undefined ? objection() : undefined;
    const isOwn = creation.obtained?.madeBy === 'thisCreate';
    const whySpared = spared !== undefined && isOwn && { objection: spared };
    progress.enter('done');
    throw closingFailure(recorded({ ...ended, failure: reason, cleanup: withLeaseNote({ ...cleanup, ...whySpared }) }));
  }

  function objectionOfOthers(): string | undefined {
    if (isClaimed) return 'somebody besides its starter asked for it, and relies on it';
    return creation.hasUnseenNodes === true ? 'the service does not show all of its nodes' : undefined;
  }

  async function endExpired(): Promise<CreateClusterOutcome> {
    const ended = outcome('expired');
    noteLeaving();
    const cleanup = await cleanUp(creation, () => ({ reason: 'leaseEnded' }), progress, work.onAbandon);
    progress.enter('done');
    // Closes as Failed, so that somebody notices that the cluster outlives its lease.
    if (cleanup.failure !== undefined) throw closingFailure(recorded({ ...ended, failure: cleanup.failure, cleanup }));
    if (cleanup.objection === protectedObjection) {
      const failure = outlivesLease(cleanup.clusterIDs);
      throw closingFailure(recorded({ ...ended, failure, cleanup: withLeaseNote(cleanup) }));
    }
    return recorded({ ...ended, cleanup });
  }

  /** Lists have no other sign that a cluster whose time to live had begun does not run any more. */
  function noteLeaving(): void {
    const { leaseBegan = false } = (workflowInfo().memo ?? {}) as OperationMemo;
    if (leaseBegan && patched('tells-that-it-leaves')) upsertMemo({ leaving: true } satisfies OperationMemo);
  }

  function failureOf(error: unknown): OperationFailure {
    if (!isCancellation(error)) return describeFailure(error, 'CreateRefused');
    const { stage, step } = progress.view();
    return {
      type: 'DeadlineExceeded',
      message: `"${request.cluster.clusterName}" does not run after ${timeoutSeconds} s; it got as far as ${
        step === undefined ? stage : `step "${step.name}"`
      }`,
      advice: 'raise the time limit, or look at the step that takes long',
      ...(step !== undefined && { step }),
    };
  }

  function recorded<Ended extends CreateClusterOutcome>(ended: Ended): Ended {
    const { duplicates } = creation;
    // Of those, a clean-up may have found some.
    const whole = { ...ended, ...(duplicates.length > 0 && { duplicates }) };
    recordEnd({ kind: 'create', clusterName: request.cluster.clusterName, startedAtMs }, whole);
    countIncidents(whole);
    return whole;
  }

  function outcome(kind: CreateClusterOutcome['outcome']): CreateClusterOutcome {
    const { obtained } = creation;
    const { steps, nodes } = progress.view();
    return {
      outcome: kind,
      ...identifiers(obtained),
      ...(obtained?.madeBy === 'earlierCreate' && { adopted: true }),
      steps,
      ...(nodes !== undefined && { nodes }),
    };
  }
}

/**
 * The failures that are reasons to delete what a create made. After any other, such as an error of ours or a service that
 * does not answer, the cluster may well be healthy: it is kept and named.
 */
const reasonsToDelete: Partial<Record<OperationFailure['type'], OwnDeleteReason>> = {
  CreateFailed: 'createFailed',
  DeadlineExceeded: 'deadlinePassed',
  NodesFailed: 'nodesFailed',
  NodesNotReady: 'nodesLate',
};

/** The failure of a create whose cluster has been protected since, so that it outlives its time to live. */
function outlivesLease(clusterIDs: string[]): OperationFailure {
  return {
    type: 'DeletionProtected',
    message: `the time to live is over, and the cluster is protected from deletion: ${clusterIDs.join(', ')}`,
    advice: 'keep it, or switch its protection off with ccectl unprotect and delete it',
    clusterIDs,
  };
}

/** The cluster is gone, or about to be: a clean-up only looks for others of the same create. */
function forgetObtained(creation: Creation): void {
  const { clusterID } = creation.obtained ?? {};
  creation.made = creation.made.filter((made) => made !== clusterID);
  delete creation.obtained;
}

/** Deadlines are scopes: a workflow timeout would end the clean-up too. */
function deadlineIn(milliseconds: number): Deadline {
  const deadlineAt = Date.now() + milliseconds;
  return (part) => CancellationScope.withTimeout(Math.max(1, deadlineAt - Date.now()), part);
}
