import { TemporalFailure, type Duration } from '@temporalio/common';
import { CancellationScope, isCancellation, patched, sleep, upsertMemo } from '@temporalio/workflow';
import type { DeleteTarget, DeleteClusterInput, DeleteClusterOutcome } from '../../contract/delete.ts';
import type { DeleteOrder } from '../../contract/delete-order.ts';
import { readMarker } from '../../contract/marker.ts';
import type { OperationFailure } from '../../contract/operation-failure.ts';
import { cancellableWork } from '../operation/cancellable-work.ts';
import { awaitUnseen } from '../operation/await-unseen.ts';
import { closingFailure, describeFailure, failure } from '../operation/operation-failure.ts';
import { cancelReason, identifiers } from '../operation/outcome-fields.ts';
import { trackProgress, type Progress } from '../operation/progress.ts';
import { recordEnd } from '../operation/record-end.ts';
import { settlePauses } from '../operation/settle-pauses.ts';
import { ambiguousName } from './ambiguous-name.ts';
import { notDeleted } from './not-deleted.ts';
import { lookPatiently } from './look-patiently.ts';
import { deleteUntilGone, releaseTime, whatStaysBehind, type Deletion } from './delete-until-gone.ts';

/**
 * Deletes one cluster, whether or not Temporal knows its create. An absent cluster is a success. A failed delete closes
 * as Failed, with an ApplicationFailure whose first detail is the outcome.
 */
export async function deleteCluster(input: DeleteClusterInput): Promise<DeleteClusterOutcome> {
  const { target, options = {}, timeoutSeconds = 3600 } = input;
  const startedAtMs = Date.now();
  const progress = trackProgress('deleting');
  let clusterID: string | undefined;
  let deletion: Deletion | undefined;
  const work = cancellableWork(progress);

  try {
    await work.run(async () => {
      await CancellationScope.withTimeout(timeoutSeconds * 1000, deleteTarget);
      if (input.waitForRelease === true && deletion?.alreadyGone === false) {
        await sleep(releaseTime, { summary: 'until what it used is free' });
      }
    });
    progress.enter('done');
    return recorded(outcome(deletion === undefined || deletion.alreadyGone ? 'absent' : 'deleted'));
  } catch (error) {
    // Nobody foresaw this error: the workflow task fails and waits for a corrected build.
    if (!(error instanceof TemporalFailure)) throw error;
    const reason = failureOf(error);
    progress.enter('done');
    if (work.endedByCancel(error)) {
      return recorded({ ...outcome('cancelled'), ...cancelReason(work.cancelRequest()) });
    }
    throw closingFailure(recorded({ ...outcome('failed'), failure: reason }));
  }

  async function deleteTarget(): Promise<void> {
    const { onlyMarked, knownClusterID, mayBeNew, unseenUntil } = input;
    const shortOrLong = mayBeNew === true ? settlePauses : pausesBeforeAbsence;
    const pauses = knownClusterID === undefined ? shortOrLong : [];
    const search = {
      progress,
      sinceMs: startedAtMs,
      untilMs: unseenUntil === undefined ? -Infinity : Date.parse(unseenUntil),
      pauses,
    };
    await deleteFound((await resolveTarget(target, search, onlyMarked)) ?? knownClusterID);
    if (deletion?.alreadyGone !== true || !('clusterID' in target) || input.mayBeName !== true) return;
    // No cluster has this ID, but a name may look like one.
    await deleteFound(await resolveTarget({ clusterName: target.clusterID }, search, onlyMarked));
  }

  async function deleteFound(found: string | undefined): Promise<void> {
    if (found === undefined) return;
    clusterID = found;
    upsertMemo({ clusterID });
    progress.enter('deleting', clusterID);
    const order: DeleteOrder =
      input.reason === undefined
        ? { reason: 'deleteRequested', ...(input.onlyMarked === true && { onlyMarked: true }) }
        : {
            reason: input.reason,
            ...(input.markerKey !== undefined && { markerKey: input.markerKey }),
            ...(input.createWorkflowID !== undefined && { createWorkflowID: input.createWorkflowID }),
            ...(input.onlyInPhases !== undefined && { phases: input.onlyInPhases }),
          };
    deletion = await deleteUntilGone({ clusterID, order, options, progress, sinceMs: startedAtMs });
    if (deletion.objection !== undefined) throw notDeleted(clusterID, deletion.objection);
  }

  function failureOf(error: unknown): OperationFailure {
    if (!isCancellation(error)) return describeFailure(error, 'DeleteRefused');
    const { waitsFor } = progress.view();
    if (waitsFor === undefined) {
      return {
        type: 'DeadlineExceeded',
        message: `${clusterID ?? 'the cluster'} is not gone after ${timeoutSeconds} s`,
        advice: 'the deletion goes on at the service; delete again to wait on',
      };
    }
    return {
      type: 'DeadlineExceeded',
      message: `the service still refuses the deletion after ${timeoutSeconds} s: ${waitsFor.message}`,
      advice: 'remove the cause that the message names, and delete again',
    };
  }

  function recorded<Ended extends DeleteClusterOutcome>(ended: Ended): Ended {
    const clusterName = 'clusterName' in target ? target.clusterName : undefined;
    recordEnd({ kind: 'delete', clusterName, startedAtMs }, ended);
    return ended;
  }

  function outcome(kind: DeleteClusterOutcome['outcome']): DeleteClusterOutcome {
    const isOnRecord = clusterID !== undefined && (input.isOnRecord === true || input.knownClusterID === clusterID);
    return {
      outcome: kind,
      ...(kind === 'absent' && isOnRecord && { isOnRecord }),
      ...identifiers({
        clusterID: clusterID ?? (kind === 'absent' ? input.goneClusterID : undefined),
        requestID: deletion?.requestID,
      }),
      ...(deletion !== undefined && { requests: deletion.requests }),
      ...(kind === 'deleted' && { staysBehind: whatStaysBehind(options) }),
      ...(kind === 'deleted' && deletion?.leftovers !== undefined && { leftovers: deletion.leftovers }),
      steps: progress.view().steps,
    };
  }
}

/** The clusterID of the target; `undefined` if no cluster has its name. Throws if several clusters have the name. */
async function resolveTarget(target: DeleteTarget, search: Search, onlyMarked = false): Promise<string | undefined> {
  if ('clusterID' in target) return target.clusterID;
  const bearers = await findBearers(target.clusterName, search);
  const found = onlyMarked ? bearers.filter(({ description }) => readMarker(description) !== undefined) : bearers;
  if (found.length < bearers.length && found.length === 0) {
    const clusterIDs = bearers.map(({ clusterID }) => clusterID);
    throw failure({
      type: 'NotOurs',
      message: `"${target.clusterName}" does not carry our marker: ${clusterIDs.join(', ')}`,
      advice: 'somebody else made it; to delete it anyway, use its clusterID and --foreign',
      clusterIDs,
    });
  }
  // A cluster that is being deleted only counts if there is no other.
  const alive = found.filter(({ clusterPhase }) => clusterPhase !== 'deleted');
  const staying = alive.filter(({ clusterPhase }) => clusterPhase !== 'deleting');
  const standing = staying.length > 0 ? staying : alive.slice(0, 1);
  if (standing.length > 1) {
    const clusterIDs = standing.map(({ clusterID }) => clusterID);
    throw ambiguousName(target.clusterName, clusterIDs);
  }
  return standing[0]?.clusterID;
}

interface Search {
  progress: Progress;
  /** When the delete began, in milliseconds since the epoch. */
  sinceMs: number;
  /** The pauses before further looks, if nothing but the list can show the cluster: no record of ours has its ID. */
  pauses: readonly Duration[];
  /** When lists must show a cluster that a terminated create may have made, in milliseconds since the epoch. */
  untilMs: number;
}

/**
 * Short, since people wait for the word that a mistyped name gets. A cluster of ours that is new enough to be missing from
 * lists has a record.
 */
const pausesBeforeAbsence = ['1s'] as const;

/** The clusters of a name. One list without any proves nothing: it is read again. */
async function findBearers(
  clusterName: string,
  { progress, sinceMs, pauses, untilMs }: Search,
): Promise<Awaited<ReturnType<typeof lookPatiently>>> {
  if (untilMs > Date.now()) {
    const message = `the create of "${clusterName}" was terminated; what it may have requested can still appear`;
    const appeared = await awaitUnseen(() => lookPatiently(clusterName, progress, { sinceMs }), {
      untilMs,
      message,
      progress,
    });
    if (appeared.length > 0) return appeared;
    return lookPatiently(clusterName, progress, { sinceMs });
  }
  for (const pause of pauses) {
    const bearers = await lookPatiently(clusterName, progress, { sinceMs });
    // Runs of before believed the first look.
    if (bearers.length > 0 || !patched('absence-of-a-name')) return bearers;
    if (pauses.length > 1) {
      const message = `no list shows "${clusterName}"; one that is new may take 90 s to show`;
      progress.waitFor({ reason: 'service', message });
    }
    await sleep(pause, { summary: 'before the next look' });
  }
  return lookPatiently(clusterName, progress, { sinceMs });
}
