import { heartbeat, sleep } from '@temporalio/activity';
import { WorkflowNotFoundError, type Client, type WorkflowExecutionInfo } from '@temporalio/client';
import pLimit from 'p-limit';
import { unpackItems } from '../../contract/batch/packed-items.ts';
import { failuresKept, type EndedItem, type ItemReference } from '../../contract/batch/reports.ts';
import type { BatchActivities } from '../../contract/batch/activities.ts';
import type { OperationMemo } from '../../contract/operation-memo.ts';
import { describeRun } from '../../temporal/executions/describe-run.ts';
import { outcomeOfClosedRun } from '../../temporal/executions/outcome-of-run.ts';
import { judgeItem } from './judge-item.ts';

const lookIntervalMs = 1_000;
/** The activity returns at once when this share of the items has ended: one in twenty. */
const worthReporting = 20;
/** How long fewer ended items wait for others, so that a busy batch receives many at a time. */
const gatherMs = 5_000;
const patienceMs = 10 * 60_000;
/** Visibility may lag, and clocks may differ. */
const marginMs = 60_000;
/** Every fifth look describes some items one by one, so that an end which visibility never shows is found all the same. */
const looksBetweenChecks = 5;
const checkedAtOnce = 10;
const readsAtOnce = 10;

/**
 * Follows any number of items with one visibility query a second. A long poll for each item would notice its end a second
 * earlier, but would keep as many calls open as there are items.
 */
export function awaitItems(client: Client, queue: string): BatchActivities['awaitItems'] {
  return async ({ scope, items, sinceMs, once = false }) => {
    // Two items for the same cluster may wait for the same run.
    let open: readonly ItemReference[] = unpackItems(items, scope);
    const ended: EndedItem[] = [];
    const beganAtMs = Date.now();
    let firstEndAtMs: number | undefined;
    let since = sinceMs;
    for (let looks = 0; ; looks++) {
      heartbeat();
      const lookedAtMs = Date.now();
      const isCheckDue = looks % looksBetweenChecks === looksBetweenChecks - 1;
      const ends = await findEnds(open, since - marginMs, isCheckDue, isCheckDue || once);
      since = lookedAtMs;
      const endedNow = new Set(ends.map(({ index }) => index));
      open = open.filter(({ index }) => !endedNow.has(index));
      ended.push(...ends);
      if (ended.length > 0) firstEndAtMs ??= lookedAtMs;
      const gatheredMs = firstEndAtMs === undefined ? undefined : lookedAtMs - firstEndAtMs;
      const isWorthReporting = ended.length * worthReporting >= items.length;
      const isTime = gatheredMs === undefined ? lookedAtMs - beganAtMs >= patienceMs : gatheredMs >= gatherMs;
      if (once || isWorthReporting || isTime) return withFewReasons(ended);
      await sleep(lookIntervalMs);
    }
  };

  async function findEnds(
    open: readonly ItemReference[],
    sinceMs: number,
    check: boolean,
    checkLeases: boolean,
  ): Promise<EndedItem[]> {
    const closed = await findClosed(open, sinceMs);
    const leased = checkLeases ? await findLeased(open) : [];
    const missed = check ? await findMissed(open) : [];
    const limit = pLimit(readsAtOnce);
    const judged = await Promise.all(
      [...new Set([...closed, ...missed])].map((item) =>
        limit(async () => {
          // A thousand items may end at once, and reading their outcomes takes longer than the heartbeat limit.
          heartbeat();
          const outcome = await outcomeOfClosedRun(client, item);
          if (outcome === undefined && (await goesOn(item))) return succeeded(item);
          return judgeItem(item, outcome);
        }),
      ),
    );
    return [...judged, ...leased];
  }

  async function findClosed(open: readonly ItemReference[], sinceMs: number): Promise<ItemReference[]> {
    const closed = new Set<string>();
    const closedSince = `ExecutionStatus != 'Running' AND CloseTime > '${new Date(sinceMs).toISOString()}'`;
    for await (const { runId } of list(closedSince)) closed.add(runId);
    return open.filter(({ runID }) => closed.has(runID));
  }

  /** Finds creates with a time to live whose cluster runs: they do not close then. */
  async function findLeased(open: readonly ItemReference[]): Promise<EndedItem[]> {
    const waiting = open.filter(({ kind, hasLease }) => kind === 'create' && hasLease === true);
    if (waiting.length === 0) return [];
    const begun = new Set<string>();
    for await (const { runId, memo } of list(`ExecutionStatus = 'Running'`)) {
      if ((memo as OperationMemo | undefined)?.leaseBegan === true) begun.add(runId);
    }
    return waiting.filter(({ runID }) => begun.has(runID)).map(succeeded);
  }

  /** A create goes on in a new run only while its cluster runs and waits for the end of its time to live. */
  async function goesOn({ kind, hasLease, workflowID, runID }: ItemReference): Promise<boolean> {
    if (kind !== 'create' || hasLease !== true) return false;
    return (await describeRun(client, workflowID, runID))?.status.name === 'RUNNING';
  }

  async function findMissed(open: readonly ItemReference[]): Promise<ItemReference[]> {
    const first = Math.floor(Math.random() * open.length);
    const sample = [...open.slice(first), ...open.slice(0, first)].slice(0, checkedAtOnce);
    const closed = await Promise.all(sample.map(async (item) => ((await isRunning(item)) ? [] : [item])));
    return closed.flat();
  }

  async function isRunning({ workflowID, runID }: ItemReference): Promise<boolean> {
    try {
      return (await client.workflow.getHandle(workflowID, runID).describe()).status.name === 'RUNNING';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }

  async function* list(condition: string): AsyncGenerator<WorkflowExecutionInfo, void> {
    const query = `TaskQueue = '${queue}' AND ${condition}`;
    for await (const execution of client.workflow.list({ query, pageSize: 1000 })) {
      // A list may have many pages.
      heartbeat();
      yield execution;
    }
  }
}

function succeeded({ index, runID }: ItemReference): EndedItem {
  return { index, runID, result: 'succeeded' };
}

/** Drops all but the last reasons: those of a thousand items would be too much for one payload. */
function withFewReasons(ended: readonly EndedItem[]): EndedItem[] {
  const withReason = new Set(ended.filter(({ failure }) => failure !== undefined).slice(-failuresKept));
  return ended.map((one) => {
    const { failure: _failure, ...end } = one;
    return withReason.has(one) ? one : end;
  });
}
