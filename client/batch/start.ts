import { createHash, randomUUID } from 'node:crypto';
import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import pLimit from 'p-limit';
import type { BatchItem, FailurePolicy } from '../../contract/batch/item.ts';
import type { BatchMemo } from '../../contract/batch/memo.ts';
import type { BatchOutcome } from '../../contract/batch/outcome.ts';
import type { BatchUpload } from '../../contract/batch/upload.ts';
import { batchPageWorkflowID, batchWorkflowID, type Placement } from '../../contract/identity.ts';
import type { CreateClusterInput } from '../../contract/create.ts';
import { specDigest } from '../../contract/marker.ts';
import type { Asker } from '../../contract/operation-memo.ts';
import { workflowTypes } from '../../contract/workflow-types.ts';
import { placed } from '../../contract/placed.ts';
import type { OperationReference } from '../../temporal/executions/operation.ts';
import { startSearchable } from '../../temporal/executions/start-searchable.ts';
import type { batchPage } from '../../workflows/batch/batch-page.ts';
import type { ClusterBatchInput, clusterBatch } from '../../workflows/batch/cluster-batch.ts';
import { checkOptions, concurrencyOption, itemsOption, labelOption } from '../check-options.ts';
import { BatchConflictError } from '../errors/batch-conflict-error.ts';
import { BatchNotFoundError } from '../errors/batch-not-found-error.ts';
import { isProtectedLease, protectedLeaseProblem } from '../protected-lease.ts';
import { refuseClearText } from '../refuse-clear-text.ts';
import { describeBatch, isEnding, queryProgress } from './describe.ts';

export interface BatchToStart {
  /** 1 to 64 letters, digits, dots, dashes or underscores. */
  name: string;
  /** 1 to 10,000 items. */
  items: readonly BatchItem[];
  /** How many items may be under way at once, from 1 to 1000. */
  concurrency: number;
  failurePolicy: FailurePolicy;
  /**
   * Ask the service before the first item starts whether the creates can work: quota, ranges, machine types. If not, the batch
   * ends as `refused`.
   *
   * @default true
   */
  check?: boolean;
  /**
   * If the quota has not room for all creates, take the first ones, and leave out the others.
   *
   * @default false
   */
  takeWhatFits?: boolean;
}

export interface StartedBatch {
  name: string;
  workflowID: string;
  items: number;
  /** A batch of this name and these items was already under way. */
  attached: boolean;
}

/** Stays below the payload size at which Temporal warns. */
const pageBytes = 200_000;
const itemsPerPage = 200;
const uploadsAtOnce = 8;

/**
 * Starts a batch, or attaches to a running one of the same name and items.
 *
 * It uploads the items first, in pages that Temporal keeps, so that the batch does not depend on the caller afterwards.
 *
 * @throws BatchConflictError if a batch of this name is under way with other items or another policy, or is ending
 * @throws InvalidOptionsError
 * @throws EncryptionKeyError if operations are encrypted, and this client has no key
 */
export async function startBatch(
  client: Client,
  scope: Placement,
  batch: BatchToStart,
  asker: Asker = {},
): Promise<StartedBatch> {
  const { name, items, concurrency, failurePolicy } = batch;
  const workflowID = batchWorkflowID(scope, name);
  for (;;) {
    const uploaded = await uploadBatch(client, scope, batch);
    if ('underWay' in uploaded) return { name, workflowID, items: items.length, attached: true };
    const { upload } = uploaded;
    const memo: BatchMemo = { ...uploaded, failurePolicy, ...asker };
    if (await startWorkflow(client, scope, { upload, concurrency, failurePolicy, ...checkOf(batch) }, memo)) {
      return { name, workflowID, items: items.length, attached: false };
    }
    // Somebody else was faster. The pages uploaded here close by themselves.
  }
}

function checkOf({ items, check = true, takeWhatFits = false }: BatchToStart): Pick<ClusterBatchInput, 'check'> {
  const isOfUse = (check || takeWhatFits) && items.some(({ kind }) => kind === 'create');
  return isOfUse ? { check: takeWhatFits ? { takeWhatFits } : {} } : {};
}

/**
 * Uploads the items of a batch that is to be started, in pages that close by themselves if nobody starts it.
 *
 * @returns `underWay`: the batch of this name and these items that is under way
 * @throws BatchConflictError, InvalidOptionsError, EncryptionKeyError as {@link startBatch} does
 */
export async function uploadBatch(
  client: Client,
  scope: Placement,
  { name, items, concurrency, failurePolicy }: BatchToStart,
): Promise<Pick<BatchMemo, 'upload' | 'itemsDigest' | 'since'> | { underWay: OperationReference }> {
  checkOptions(
    { name: labelOption, items: itemsOption, concurrency: concurrencyOption },
    { name, items, concurrency },
    items.flatMap((item, index) =>
      item.kind === 'create' && isProtectedLease(item.input)
        ? [{ path: `items[${index}].input.ttlSeconds`, message: protectedLeaseProblem }]
        : [],
    ),
  );
  const itemsDigest = digestOf(items, failurePolicy);
  const running = await describeBatch(client, scope, name);
  if (running?.execution === 'running') {
    if (running.memo.itemsDigest !== itemsDigest) {
      throw new BatchConflictError(name, `under way with other items (${running.memo.upload.items})`);
    }
    // A caller that attached would only see it end.
    if (isEnding(await queryProgress(client, scope, name))) throw new BatchConflictError(name, 'ending');
    return { underWay: { workflowID: running.workflowID, runID: running.runID } };
  }
  await refuseClearText(client, scope);
  const upload = await uploadItems(client, scope, name, items);
  return { upload, itemsDigest, since: await uploadedAt(client, upload) };
}

/**
 * Starts an ended batch again, with the items that failed or were cancelled and those that it had not started when it
 * stopped. After a rollback that left clusters, the new batch repeats the rollback of those, and starts nothing.
 *
 * @throws BatchNotFoundError if Temporal knows no ended batch of this name, or there is nothing to repeat
 */
export async function repeatFailed(
  client: Client,
  scope: Placement,
  name: string,
  asker: Asker = {},
): Promise<StartedBatch> {
  const workflowID = batchWorkflowID(scope, name);
  const batch = await describeBatch(client, scope, name);
  if (batch?.execution !== 'completed') throw new BatchNotFoundError(name, 'ended batch');
  const outcome = (await client.workflow.getHandle(workflowID).result()) as BatchOutcome;
  // Whoever asked for the batch before, and approved it, has not asked for this one.
  const { upload, itemsDigest, since, failurePolicy } = batch.memo;
  const repetition = repetitionOf(outcome);
  const items = repetition.repeatedRollback?.notDeletedItems.length ?? repetition.only?.length ?? 0;
  if (items === 0)
    throw new BatchNotFoundError(name, 'batch with cancelled or failed items', 'it has nothing to start again');
  const input = {
    upload,
    concurrency: outcome.concurrency,
    failurePolicy: 'continue' as const,
    askedAtMs: Date.parse(since),
    ...repetition,
  };
  const memo: BatchMemo = { upload, itemsDigest, since, failurePolicy, ...asker };
  const isStarted = await startWorkflow(client, scope, input, memo);
  return { name, workflowID, items, attached: !isStarted };
}

function repetitionOf(outcome: BatchOutcome): Pick<ClusterBatchInput, 'only' | 'repeatedRollback'> {
  const { notDeletedItems, failedItems, cancelledItems = [], unstartedItems = [] } = outcome;
  if (notDeletedItems === undefined) return { only: [...failedItems, ...cancelledItems, ...unstartedItems] };
  const { total, waiting, succeeded, cancelled, attached } = outcome;
  return { repeatedRollback: { notDeletedItems, failedItems, total, waiting, succeeded, cancelled, attached } };
}

async function startWorkflow(
  client: Client,
  scope: Placement,
  input: ClusterBatchInput,
  memo: BatchMemo,
): Promise<boolean> {
  try {
    await startSearchable(client, { batch: input.upload.name }, (attributes) =>
      client.workflow.start<typeof clusterBatch>(workflowTypes.clusterBatch, {
        workflowId: batchWorkflowID(scope, input.upload.name),
        ...placed(scope),
        args: [input],
        memo,
        ...attributes,
        workflowIdConflictPolicy: 'FAIL',
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

/** The time of the upload by Temporal's clock, which also dates the ends of items. */
async function uploadedAt(client: Client, upload: BatchUpload): Promise<string> {
  const { startTime } = await client.workflow.getHandle(batchPageWorkflowID(upload, 0)).describe();
  return startTime.toISOString();
}

async function uploadItems(
  client: Client,
  scope: Placement,
  name: string,
  items: readonly BatchItem[],
): Promise<BatchUpload> {
  const largest = Math.max(1, ...items.map((item) => Buffer.byteLength(JSON.stringify(item))));
  const perPage = Math.max(1, Math.min(itemsPerPage, Math.floor(pageBytes / largest)));
  const { account, region } = scope;
  const upload = { account, region, name, uploadID: randomUUID(), items: items.length, itemsPerPage: perPage };
  const pages = Array.from({ length: Math.ceil(items.length / perPage) }, (_, page) =>
    items.slice(page * perPage, (page + 1) * perPage),
  );
  const limit = pLimit(uploadsAtOnce);
  await Promise.all(
    pages.map((pageItems, page) =>
      limit(() =>
        client.workflow.start<typeof batchPage>(workflowTypes.batchPage, {
          workflowId: batchPageWorkflowID(upload, page),
          ...placed(scope),
          args: [{ items: pageItems }],
        }),
      ),
    ),
  );
  return upload;
}

/**
 * Computes a digest that is equal for equal items and policies. It ignores secrets, and the default readiness: clients of before
 * gave none.
 */
function digestOf(items: readonly BatchItem[], policy: FailurePolicy): string {
  const hash = createHash('sha256').update(`${JSON.stringify(policy)}\n`);
  for (const item of items) {
    const plain = item.kind === 'create' ? plainCreate(item.input) : { ...item.input };
    hash.update(`${item.kind} ${JSON.stringify(plain)}\n`);
  }
  return hash.digest('hex').slice(0, 16);
}

function plainCreate({ readiness, ...input }: CreateClusterInput): object {
  const request = specDigest(input.request);
  return { ...input, request, ...(readiness !== undefined && readiness !== 'nodes' && { readiness }) };
}
