import type { Batch, RunRecord } from './explore-run.ts';
import { batchName, newConcurrency } from './people-actions.ts';

type Operation = RunRecord['operations'][number];

/** What a batch does and says agrees with what people have asked it for. */
export function batchesObey(record: RunRecord): string[] {
  return record.batches.flatMap((batch) => [
    ...countsAddUp(batch),
    ...limitHolds(batch, record),
    ...cancelHasEffect(batch, record),
  ]);
}

function countsAddUp({ name, outcome }: Batch): string[] {
  if (outcome === undefined) return [];
  const { total, waiting, underWay, succeeded, failed, cancelled } = outcome;
  const isWhole = waiting + underWay + succeeded + failed + cancelled === total;
  const isDone = underWay === 0 && (outcome.outcome !== 'completed' || waiting === 0);
  return isWhole && isDone ? [] : [`the counts of ${name} do not add up: ${JSON.stringify(outcome)}`];
}

/** A batch never begins an item while as many as it may have are under way. One that somebody resets begins once more, unasked. */
function limitHolds(batch: Batch, record: RunRecord): string[] {
  if (record.asked.some(({ message }) => message === 'reset')) return [];
  const items = itemsOf(batch, record);
  return items.flatMap((item) => {
    const atMs = Date.parse(item.startedAt);
    const others = items.filter(
      (other) =>
        other !== item &&
        Date.parse(other.startedAt) <= atMs &&
        atMs < endsAtMs(other, record) &&
        // A rollback lets go of what somebody else relies on.
        !(item.kind === 'delete' && other.kind === 'create' && isClaimed(other, record)),
    );
    const isRescaled =
      batch.name === batchName && record.asked.some((asked) => asked.message === 'rescaleBatch' && asked.atMs <= atMs);
    const most = isRescaled ? Math.max(batch.concurrency, newConcurrency) : batch.concurrency;
    return others.length < most ? [] : [`${batch.name} had more than ${most} items under way at ${atMs}`];
  });
}

/**
 * A create with a time to live counts no longer once its cluster runs. A batch lets go of an item whose clean-up has lasted for
 * an hour, and says that it may go on.
 */
function endsAtMs({ kind, startedAt, closedAt = '', clusterID }: Operation, { clusters, wishes }: RunRecord): number {
  const { runsSinceMs = Infinity } = clusters.find((cluster) => cluster.clusterID === clusterID) ?? {};
  const { timeoutSeconds, ttlSeconds } = wishes;
  return Math.min(
    closedAt === '' ? Infinity : Date.parse(closedAt),
    Date.parse(startedAt) + (timeoutSeconds + 3_600) * 1000,
    kind === 'create' && ttlSeconds !== undefined ? runsSinceMs : Infinity,
  );
}

/** A cancel reaches what is under way, and what is about to start, within this time. */
const cancelTakesMs = 3 * 60_000;

/** After a cancel, a batch begins nothing, and what it had under way comes to no cluster unless somebody else relies on it. */
function cancelHasEffect(batch: Batch, record: RunRecord): string[] {
  const { asked, clusters, batches } = record;
  const cancel = asked.find(({ message, answer }) => message === 'cancelBatch' && answer === 'accepted');
  // Which of several batches of the name was cancelled is not known.
  const isOnly = batches.filter(({ name }) => name === batch.name).length === 1;
  if (cancel === undefined || batch.name !== batchName || !isOnly) return [];
  const untilMs = cancel.answeredAtMs! + cancelTakesMs;
  return itemsOf(batch, record).flatMap((item) => {
    if (item.kind !== 'create') return [];
    if (Date.parse(item.startedAt) > untilMs) return [`${batch.name} began ${item.runID} although it was cancelled`];
    const { runsSinceMs = 0 } = clusters.find(({ clusterID }) => clusterID === item.clusterID) ?? {};
    const { outcome } = (item.outcome ?? {}) as { outcome?: string };
    const goesOn = outcome === 'running' && runsSinceMs > untilMs && !isClaimed(item, record);
    return goesOn ? [`${item.runID} went on although ${batch.name} was cancelled`] : [];
  });
}

/** Whether somebody has asked for the cluster of an item by itself. */
function isClaimed({ runID }: Operation, { asked }: RunRecord): boolean {
  return asked.some(({ run }) => run?.runID === runID);
}

/** What a batch has started, as those are told who look at it. */
function itemsOf({ runID }: Batch, { operations }: RunRecord): Operation[] {
  return operations.filter(({ startedBy = '' }) => startedBy.split('/')[1] === runID);
}
