import { heartbeat, sleep } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import pLimit from 'p-limit';
import type { AccountRegion } from '../../contract/identity.ts';
import { unpackItems } from '../../contract/batch/packed-items.ts';
import { failuresKept, type EndedItem, type ItemReference } from '../../contract/batch/reports.ts';
import type { BatchActivities } from '../../contract/batch/activities.ts';
import { isUnreadable } from '../../temporal/executions/is-unreadable.ts';
import { areOperations, listRunsOf } from '../../temporal/executions/list-operations.ts';
import { outcomeOfClosedRun } from '../../temporal/executions/outcome-of-run.ts';
import { describeRawRun } from '../../temporal/executions/raw-runs.ts';
import { judgeItem, shorten } from './judge-item.ts';

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
export function awaitItems(client: Client): BatchActivities['awaitItems'] {
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
      const ends = await findEnds(scope, open, since - marginMs, isCheckDue, isCheckDue || once);
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
    scope: AccountRegion,
    open: readonly ItemReference[],
    sinceMs: number,
    check: boolean,
    checkLeases: boolean,
  ): Promise<EndedItem[]> {
    const closed = await findClosed(scope, open, sinceMs);
    const leased = checkLeases ? await findLeased(scope, open) : [];
    const missed = check ? await findMissed(open) : [];
    const limit = pLimit(readsAtOnce);
    const judged = await Promise.all(
      [...new Set([...closed, ...missed])].map((item) =>
        limit(async () => {
          // A thousand items may end at once, and reading their outcomes takes longer than the heartbeat limit.
          heartbeat();
          return judge(item);
        }),
      ),
    );
    return [...judged.filter((end) => end !== undefined), ...leased];
  }

  /** How an item ended whose run has closed; `undefined` if it goes on in another run. */
  async function judge(item: ItemReference): Promise<EndedItem | undefined> {
    try {
      const outcome = await outcomeOfClosedRun(client, item);
      return outcome === undefined ? await judgeChain(item) : judgeItem(item, outcome);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      // It must not hold up the others. Its cluster may exist.
      const failure = shorten({ type: 'Unreadable', message: error.message });
      return { index: item.index, runID: item.runID, result: 'failed', leftBehind: true, failure };
    }
  }

  /** Judges an item whose run has no outcome: it was terminated, or reset, or it goes on in a new run of its chain. */
  async function judgeChain(item: ItemReference): Promise<EndedItem | undefined> {
    const { kind, workflowID, runID } = item;
    const own = await describeRawRun(client, workflowID, runID);
    const latest = await describeRawRun(client, workflowID);
    if (latest === undefined || latest.runID === runID || latest.firstRunID !== own?.firstRunID) {
      return judgeItem(item, undefined);
    }
    if (!latest.isRunning) return judgeItem(item, await outcomeOfClosedRun(client, latest));
    // A create goes on in a new run only while its cluster runs and waits for the end of its time to live.
    return own.isContinued && kind === 'create' ? succeeded(item) : undefined;
  }

  async function findClosed(
    scope: AccountRegion,
    open: readonly ItemReference[],
    sinceMs: number,
  ): Promise<ItemReference[]> {
    const closed = new Set<string>();
    const closedSince = `ExecutionStatus != 'Running' AND ExecutionStatus != 'ContinuedAsNew' AND CloseTime > '${new Date(sinceMs).toISOString()}'`;
    for await (const { runID, firstRunID } of list(scope, closedSince)) {
      closed.add(runID);
      // An item that continued as new, or was reset, ends with another run of its chain.
      closed.add(firstRunID);
    }
    return open.filter(({ runID }) => closed.has(runID));
  }

  /** Finds creates with a time to live whose cluster runs: they do not close then. */
  async function findLeased(scope: AccountRegion, open: readonly ItemReference[]): Promise<EndedItem[]> {
    const waiting = open.filter(({ kind, hasLease }) => kind === 'create' && hasLease === true);
    if (waiting.length === 0) return [];
    const wanted = new Set(waiting.map(({ runID }) => runID));
    const begun = new Set<string>();
    for await (const run of list(scope, `ExecutionStatus = 'Running'`)) {
      const runID = [run.runID, run.firstRunID].find((one) => wanted.has(one));
      if (runID !== undefined && (await run.memo())?.['leaseBegan'] === true) begun.add(runID);
    }
    return waiting.filter(({ runID }) => begun.has(runID)).map(succeeded);
  }

  async function findMissed(open: readonly ItemReference[]): Promise<ItemReference[]> {
    const first = Math.floor(Math.random() * open.length);
    const sample = [...open.slice(first), ...open.slice(0, first)].slice(0, checkedAtOnce);
    const closed = await Promise.all(sample.map(async (item) => ((await goesOn(item)) ? [] : [item])));
    return closed.flat();
  }

  async function goesOn({ workflowID, runID }: ItemReference): Promise<boolean> {
    const run = await describeRawRun(client, workflowID, runID);
    if (run?.isContinued !== true) return run?.isRunning === true;
    const latest = await describeRawRun(client, workflowID);
    return latest?.isRunning === true && latest.firstRunID === run.firstRunID;
  }

  async function* list(scope: AccountRegion, condition: string): ReturnType<typeof listRunsOf> {
    for await (const run of listRunsOf(client, scope, `${areOperations} AND ${condition}`)) {
      // A list may have many pages.
      heartbeat();
      yield run;
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
