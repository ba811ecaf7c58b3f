import { heartbeat, log } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import pLimit from 'p-limit';
import type { BatchActivities } from '../../contract/batch/activities.ts';
import type { BatchItem } from '../../contract/batch/item.ts';
import type { CreateClusterInput } from '../../contract/create.ts';
import { createWorkflowID } from '../../contract/identity.ts';
import { memoOfCreate } from '../../contract/operation-memo.ts';
import { secondsUntilReady } from '../../contract/readiness.ts';
import { ifReadable } from '../../temporal/executions/is-unreadable.ts';
import { recordForCreate } from '../../temporal/executions/record-of-earlier.ts';
import { findOperationRun } from '../../temporal/executions/start-operation.ts';
import { createAskerReader } from './asker-of-batch.ts';
import { attachToCreate } from './attach-to-create.ts';
import { keptMark, refusal, refusalOf } from './item-refusal.ts';
import { startOrAttach, started, type ItemStart, type StartAsked } from './item-run.ts';
import { shorten } from './judge-item.ts';
import { createItemReader } from './pages.ts';
import { startDeleteItem } from './start-delete-item.ts';
import { undoCreate } from './undo-create.ts';

const startsAtOnce = 10;

/** Below the heartbeat limit, after which another worker takes over. */
const startWithinMs = 18_000;

/**
 * Starts items of a batch independently: an item that cannot be started is refused, without effect on the others.
 *
 * @param pool The pool in which this worker runs workflows.
 */
export function startItems(client: Client, pool?: string): BatchActivities['startItems'] {
  const readItem = createItemReader(client);
  const askerOf = createAskerReader(client);
  return async (given) => {
    const input = { ...given, asker: await askerOf(given), ...(pool !== undefined && { pool }) };
    const limit = pLimit(startsAtOnce);
    const beganAtMs = Date.now();
    // Waits for all, even if one fails: none may still be starting when the next attempt begins.
    const attempts = await Promise.allSettled(
      input.indices.map((index) => limit(() => attempt(input, index, beganAtMs))),
    );
    const answers = attempts.map((one) => {
      if (one.status === 'rejected') throw one.reason;
      return one.value;
    });
    return {
      started: answers.flatMap((one) => ('started' in one ? one.started : [])),
      refused: answers.flatMap((one) => ('refused' in one ? [one.refused] : [])),
    };
  };

  async function attempt(input: StartAsked, index: number, beganAtMs: number) {
    // A worker that was frozen counts as dead: another one has done this work since, and the batch may have ended.
    if (Date.now() - beganAtMs > startWithinMs) throw new Error('there is no time left to start more items');
    heartbeat();
    let name = `item ${index}`;
    try {
      const item = await readItem(input.upload, index);
      name = nameOf(item);
      return { started: (await start(input, item)).map((run) => ({ index, ...run })) };
    } catch (error) {
      const failure = refusalOf(error);
      if (failure === undefined) throw error;
      log.warn('an item of a batch cannot be started', { batch: input.upload.name, index, name, error });
      return { refused: { index, name: name.slice(0, 100), failure: shorten(failure), ...keptMark(failure) } };
    }
  }

  async function start(input: StartAsked, item: BatchItem): Promise<ItemStart[]> {
    if (item.kind === 'create' && input.rollback) return undoCreate(client, input, item.input);
    return [
      await (item.kind === 'delete' ? startDeleteItem(client, input, item) : startCreate(client, input, item.input)),
    ];
  }
}

async function startCreate(client: Client, input: StartAsked, create: CreateClusterInput) {
  const { upload, startedBy } = input;
  const { clusterName } = create.request.cluster;
  const workflowID = createWorkflowID(upload, clusterName);
  const memo = memoOfCreate(create);
  for (;;) {
    const run = await startOrAttach(client, input, workflowID, async () => {
      // A memo that cannot be read hinders no new create.
      const earlier = await ifReadable(() => findOperationRun(client, workflowID));
      const record = await recordForCreate(client, upload, clusterName, earlier);
      return {
        kind: 'create',
        workflowID,
        input: { ...create, ...record.input },
        memo: { ...memo, ...record.memo, startedBy },
      };
    });
    if (run.memo.specDigest !== memo.specDigest) {
      throw refusal('SpecConflict', `${workflowID} is in progress with another spec`);
    }
    if (run.attached === true && !(await attachToCreate(client, run, create))) continue;
    return started(run, 'create', secondsUntilReady(create), run.memo.hasLease);
  }
}

function nameOf(item: BatchItem): string {
  if (item.kind === 'create') return item.input.request.cluster.clusterName;
  const { target } = item.input;
  return 'clusterName' in target ? target.clusterName : (item.clusterName ?? target.clusterID);
}
