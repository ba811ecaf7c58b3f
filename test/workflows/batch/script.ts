import { randomUUID } from 'node:crypto';
import { activityInfo } from '@temporalio/activity';
import { Client, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { Worker, type NativeConnection } from '@temporalio/worker';
import { afterAll, beforeAll, inject } from 'vitest';
import { progressQuery } from '../../../contract/batch/messages.ts';
import type { BatchProgress } from '../../../contract/batch/progress.ts';
import type { BatchOutcome } from '../../../contract/batch/outcome.ts';
import { unpackItems } from '../../../contract/batch/packed-items.ts';
import type { EndedItem, ItemFailure, StartedItem } from '../../../contract/batch/reports.ts';
import type { BatchActivities, StartItemsInput } from '../../../contract/batch/activities.ts';
import type { CancelRequest } from '../../../contract/cancel-request.ts';
import { batchWorkflowID, createWorkflowID, deleteWorkflowID, watchTaskQueue } from '../../../contract/identity.ts';
import { workflowTypes } from '../../../contract/workflow-types.ts';
import type { ClusterBatchInput, clusterBatch } from '../../../workflows/batch/cluster-batch.ts';
import { useConnections } from '../../connections.ts';
import { fewPollers } from '../../few-pollers.ts';
import { startSkippingServer } from '../../skipping-server.ts';

/** What happens to an item. By default it is started, and succeeds as soon as the batch waits for it. */
export interface ItemFate extends Pick<Partial<StartedItem>, 'attached' | 'limitSeconds'> {
  refused?: ItemFailure;
  /** `never`: it does not report, unless it is cancelled. */
  result?: EndedItem['result'] | 'never';
  adopted?: true;
  /** Somebody else has asked for its cluster too. */
  claimed?: true;
  /** Its cluster runs until its time to live ends. */
  leased?: true;
  /** Its result after a cancel. @default 'cancelled' */
  afterCancel?: EndedItem['result'];
}

/** What happens to a batch. */
export interface BatchScript {
  /** @param round the number of earlier tries, or `rollback` for its deletion */
  fates?: (index: number, round: number | 'rollback') => ItemFate;
  /** The number of awaited items that end together. @default 1 */
  endTogether?: number;
  /** The number of starts, from the first on, at which the service refuses the keys. */
  heldBack?: number;
  /** The items whose end shows while others are still being started. */
  seenEarly?: readonly number[];
  /** Replaces what a wait reports. @param attempt from 1 */
  tell?: (told: EndedItem[], attempt: number) => EndedItem[];
  /** Runs beside the batch from its start on. */
  beside?: (batch: WorkflowHandle<typeof clusterBatch>) => Promise<unknown>;
  /** Runs during a call, before its answer. Calls are counted from 1 for each kind. */
  moments?: { [moment in `${'hold' | 'start' | 'wait' | 'cancel'} ${number}`]?: MomentAction };
}

export type MomentAction = (batch: WorkflowHandle<typeof clusterBatch>, progress: BatchProgress) => unknown;

/** The calls that a batch made. */
export interface BatchRecord {
  starts: Pick<StartItemsInput, 'indices' | 'rollback' | 'startedBy'>[];
  /** The indices of the running items, at each wait. */
  waits: number[][];
  /** The indices of the running items, at each look between starts. */
  looks: number[][];
  /** The time from which each wait reports ends. */
  sinceMs: number[];
  cancels: { indices: number[]; request: CancelRequest }[];
  holds: boolean[];
}

export interface EndedBatch extends BatchRecord {
  outcome: BatchOutcome;
  /** What the query answers after the end. */
  progress: BatchProgress;
  batch: WorkflowHandle<typeof clusterBatch>;
}

export const scope = { account: 'default', region: 'bj' };

/** A batch whose items are named by their index. */
export function batchOf(items: number, more: Partial<ClusterBatchInput> = {}): ClusterBatchInput {
  const upload = { ...scope, name: `batch-${randomUUID()}`, uploadID: 'an-upload', items, itemsPerPage: 200 };
  return { upload, concurrency: 3, failurePolicy: 'continue', ...more };
}

/** Workers that serve scripted batches. */
export interface BatchStage {
  /** Runs a batch until it has ended. */
  run: (input: ClusterBatchInput, script?: BatchScript) => Promise<EndedBatch>;
  close: () => Promise<void>;
}

/** Serves the batches of a test file on the real Temporal server. */
export function useBatchStage(): BatchStage['run'] {
  let stage: BatchStage;
  const connections = useConnections();
  beforeAll(async () => {
    const { connection, nativeConnection } = connections();
    stage = await openStage(new Client({ connection }), nativeConnection);
  });
  afterAll(() => stage.close());
  return (input, script) => stage.run(input, script);
}

/** Runs a batch on a server of its own that skips the time in which nothing happens. */
export async function runInSkippedTime(input: ClusterBatchInput, script: BatchScript): Promise<EndedBatch> {
  const environment = await startSkippingServer();
  const stage = await openStage(environment.client, environment.nativeConnection);
  try {
    return await stage.run(input, script);
  } finally {
    await stage.close();
    await environment.teardown();
  }
}

export async function openStage(client: Client, connection: NativeConnection): Promise<BatchStage> {
  const taskQueue = `batches-${randomUUID()}`;
  const scripted = new Map<string, BatchActivities>();
  const own = () => scripted.get(activityInfo().workflowExecution!.workflowId)!;
  const workers = await Promise.all([
    Worker.create({
      ...fewPollers,
      connection,
      taskQueue: watchTaskQueue(taskQueue),
      activities: { awaitItems: (input) => own().awaitItems(input) } satisfies Partial<BatchActivities>,
    }),
    Worker.create({
      ...fewPollers,
      connection,
      taskQueue,
      workflowBundle: { codePath: inject('workflowBundlePath') },
      activities: {
        holdPages: (input) => own().holdPages(input),
        startItems: (input) => own().startItems(input),
        cancelItems: (input) => own().cancelItems(input),
      } satisfies Partial<BatchActivities>,
      // In this thread: one for the workflow code alone takes longer to start than a workflow to run.
      debugMode: true,
    }),
  ]);
  const served = Promise.all(workers.map((worker) => worker.run()));
  return {
    async run(input, script = {}) {
      const workflowId = batchWorkflowID(input.upload, input.upload.name);
      const batch = client.workflow.getHandle<typeof clusterBatch>(workflowId);
      const { activities, record } = scriptedItems(script, batch);
      scripted.set(workflowId, activities);
      await client.workflow.start<typeof clusterBatch>(workflowTypes.clusterBatch, {
        workflowId,
        taskQueue,
        args: [input],
      });
      const [outcome] = await Promise.all([batch.result(), script.beside?.(batch)]);
      return { ...record, outcome, progress: await batch.query(progressQuery), batch };
    },
    async close() {
      for (const worker of workers) worker.shutdown();
      await served;
    },
  };
}

function scriptedItems(script: BatchScript, batch: WorkflowHandle<typeof clusterBatch>) {
  const record: BatchRecord = { starts: [], waits: [], looks: [], sinceMs: [], cancels: [], holds: [] };
  const cancelled = new Set<string>();
  const fates = new Map<string, ItemFate>();
  const tries = new Map<number, number>();

  const activities: BatchActivities = {
    async holdPages({ hold }) {
      record.holds.push(hold);
      await reach(`hold ${record.holds.length}`);
    },
    async startItems({ indices, rollback, startedBy }) {
      record.starts.push({ indices, rollback, startedBy });
      await reach(`start ${record.starts.length}`);
      if (record.starts.length <= (script.heldBack ?? 0))
        return { started: [], refused: [], waitsFor: { reason: 'keys', message: 'signature refused' } };
      const answers = indices.map((index) => start(index, rollback));
      return {
        started: answers.flatMap((answer) => ('runID' in answer ? [answer] : [])),
        refused: answers.flatMap((answer) => ('failure' in answer ? [answer] : [])),
      };
    },
    async awaitItems({ items, sinceMs, once = false }) {
      const { attempt } = activityInfo();
      const open = unpackItems(items, scope);
      if (once) {
        record.looks.push(open.map(({ index }) => index));
        return open
          .filter(({ index }) => script.seenEarly?.includes(index))
          .flatMap(({ index, runID }) => endOf(index, runID));
      }
      if (attempt === 1) {
        record.waits.push(open.map(({ index }) => index));
        record.sinceMs.push(sinceMs);
        await reach(`wait ${record.waits.length}`);
      }
      const told = open.flatMap(({ index, runID }) => endOf(index, runID)).slice(0, script.endTogether ?? 1);
      const all = script.tell?.(told, attempt) ?? told;
      // Time stands still while an activity runs, so it fails and is retried after the ten minutes.
      if (all.length === 0 && attempt === 1) {
        throw ApplicationFailure.create({ type: 'NothingNew', nextRetryDelay: '10 minutes' });
      }
      return all;
    },
    async cancelItems({ items, request, spareClaimed = false, spareRunning = false }) {
      record.cancels.push({ indices: items.map(({ index }) => index), request });
      const isSpared = ({ runID }: { runID: string }) => spareClaimed && fates.get(runID)?.claimed === true;
      const runs = ({ runID }: { runID: string }) => spareRunning && fates.get(runID)?.leased === true;
      for (const item of items) if (!isSpared(item) && !runs(item)) cancelled.add(item.runID);
      await reach(`cancel ${record.cancels.length}`);
      const indicesOf = (spared: typeof items) => spared.map(({ index }) => index);
      return { claimed: indicesOf(items.filter(isSpared)), running: indicesOf(items.filter(runs)) };
    },
  };

  function start(index: number, rollback: boolean) {
    const round = tries.get(index) ?? 0;
    const fate = script.fates?.(index, rollback ? 'rollback' : round) ?? {};
    if (!rollback) tries.set(index, round + 1);
    if (fate.refused !== undefined) return { index, name: `item-${index}`, failure: fate.refused };
    const runID = rollback ? `rollback-${index}` : `run-${index}-${round}`;
    fates.set(runID, fate);
    const started: StartedItem = {
      index,
      kind: rollback ? 'delete' : 'create',
      workflowID: rollback ? deleteWorkflowID(scope, `cce-${index}`) : createWorkflowID(scope, `item-${index}`),
      runID,
      limitSeconds: fate.limitSeconds ?? 7200,
      ...(fate.attached === true && { attached: true }),
    };
    return started;
  }

  function endOf(index: number, runID: string): EndedItem[] {
    const { result = 'succeeded', adopted, afterCancel = 'cancelled' } = fates.get(runID) ?? {};
    if (cancelled.has(runID)) return [{ index, runID, result: afterCancel }];
    if (result === 'never') return [];
    const failure = { type: 'CreateFailed', message: 'sold out' };
    return [{ index, runID, result, ...(adopted && { adopted }), ...(result === 'failed' && { failure }) }];
  }

  async function reach(moment: keyof NonNullable<BatchScript['moments']>): Promise<void> {
    const action = script.moments?.[moment];
    if (action === undefined) return;
    await action(batch, await batch.query(progressQuery));
    // The answer to a query comes when the batch has seen all that it was told before.
    await batch.query(progressQuery);
  }

  return { activities, record };
}

/** A failure that a retry cannot cure. */
export const refused = { type: 'SpecConflict', message: 'it is under way with another spec' };
