import { EventEmitter, once } from 'node:events';
import type { Client } from '@temporalio/client';
import type { BatchProgress } from '../../contract/batch/progress.ts';
import { batchWorkflowID, type AccountRegion } from '../../contract/identity.ts';
import { mayBeHeldUp } from '../../temporal/executions/blocked-by.ts';
import { describeRun } from '../../temporal/executions/describe-run.ts';
import type { OperationReference } from '../../temporal/executions/operation.ts';
import type { FollowedOperation } from '../../temporal/follow/followed-operation.ts';
import { BatchNotFoundError } from '../errors/batch-not-found-error.ts';
import { followerOf } from '../follower-of.ts';
import { queryProgress, toDescribedBatch } from './describe.ts';
import { statusOfBatch, statusWith, type BatchItemStatus, type BatchStatus } from './status.ts';

const lookAgainMs = 1_000;
/** A batch that gives reason to doubt that a worker runs it is asked again after this time. */
const askAgainMs = 10_000;

/**
 * Yields each change of a batch's status until it has ended. Asks the batch only if its history has grown since, and its items
 * through the follower of the client.
 */
export async function* watchBatch(
  client: Client,
  scope: AccountRegion,
  name: string,
  signal?: AbortSignal,
): AsyncGenerator<BatchStatus, void> {
  const items = followItems(client);
  let progress: BatchProgress | undefined;
  let asked: { of: string; atMs: number } | undefined;
  try {
    for (let last = ''; ;) {
      const run = await describeRun(client, batchWorkflowID(scope, name));
      if (run === undefined) throw new BatchNotFoundError(name);
      const batch = toDescribedBatch(run);
      if (batch.execution !== 'running') {
        yield await statusOfBatch(client, scope, name);
        return;
      }
      const of = `${run.runId} ${run.historyLength}`;
      const isInDoubt = progress === undefined || mayBeHeldUp(run, Date.now());
      if (asked?.of !== of || (isInDoubt && Date.now() - asked.atMs >= askAgainMs)) {
        progress = await queryProgress(client, scope, name);
        asked = { of, atMs: Date.now() };
      }
      const status = statusWith(name, batch, progress, items.current(progress));
      const seen = JSON.stringify(status);
      if (seen !== last) yield status;
      last = seen;
      await pause(lookAgainMs, signal);
    }
  } finally {
    items.stop();
  }
}

/** @throws AbortError if the signal ends it */
async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  const clock = new EventEmitter();
  const timer = setTimeout(() => clock.emit('over'), milliseconds);
  try {
    await once(clock, 'over', signal === undefined ? {} : { signal });
  } finally {
    clearTimeout(timer);
  }
}

interface FollowedItem {
  state: FollowedOperation | undefined;
  stop: () => void;
}

/** Follows the slowest items of a batch. */
function followItems(client: Client) {
  const followed = new Map<string, FollowedItem>();

  function follow(reference: OperationReference): FollowedItem {
    const item: FollowedItem = { state: undefined, stop: () => {} };
    item.stop = followerOf(client).operation(reference, (state) => {
      item.state = state;
    });
    return item;
  }

  return {
    current(progress: BatchProgress | undefined): BatchItemStatus[] {
      const slowest = progress?.slowest ?? [];
      for (const item of slowest) if (!followed.has(item.runID)) followed.set(item.runID, follow(item));
      for (const [runID, { stop }] of followed) {
        if (slowest.some((item) => item.runID === runID)) continue;
        stop();
        followed.delete(runID);
      }
      return slowest.flatMap(({ workflowID, runID, startedAt }) => {
        const { currentStep, blockedBy } = followed.get(runID)?.state ?? {};
        // Its first state has not arrived yet, or the operation has ended: then the next look drops it.
        if (currentStep === undefined && blockedBy === undefined) return [];
        return { workflowID, startedAt, ...(currentStep && { currentStep }), ...(blockedBy && { blockedBy }) };
      });
    },
    stop() {
      for (const { stop } of followed.values()) stop();
    },
  };
}
