import type { RunRecord } from './explore-run.ts';
import { extensionSeconds } from './extension.ts';
import type { LogEntry, ServiceCluster } from './service-log.ts';

type Operation = RunRecord['operations'][number];
type Asked = RunRecord['asked'][number];

/** Each DELETE must have a reason that a person gave, or that the service's own state proves. */
export function deletionsWithoutReason(record: RunRecord): string[] {
  return record.log
    .filter(({ call, affected }) => call === 'deleteCluster' && affected !== undefined)
    .filter((entry) => !hasReason(entry, record))
    .map(({ affected, atMs, stateBefore }) => `${affected} (${stateBefore}) was deleted at ${atMs} without a reason`);
}

function hasReason(entry: LogEntry, record: RunRecord): boolean {
  const cluster = record.clusters.find(({ clusterID }) => clusterID === entry.affected)!;
  const { asked, operations, reconciles } = record;
  if (!/\[cce-orchestrator /.test(cluster.description)) return false;
  const before = asked.filter(({ atMs, names, clusterID }) => {
    return atMs <= entry.atMs && (names.includes(cluster.clusterName) || clusterID === cluster.clusterID);
  });
  if (reconciles.includes(entry.sender)) return isOrphan(entry, cluster, record);
  // Nobody is told of runs that were terminated; what they have sent before is judged by what people asked for.
  const sender = operations.findLast(({ runID }) => runID === entry.sender);
  const maker = senderOf(cluster, record);
  const isAsked = (...messages: Asked['message'][]) => before.some(({ message }) => messages.includes(message));
  // Whoever asks for a deletion by name means the cluster, whichever create has made it.
  if (isAsked('delete', 'deleteByID', 'teardown')) return true;
  if (sender?.kind === 'delete') return isRolledBack(maker ?? '', entry.atMs, before, record);
  if (maker !== entry.sender) return false;
  return (
    isAsked('cancel', 'cancelNatively') ||
    isCancelledWithBatch(entry, before) ||
    isRolledBack(entry.sender, entry.atMs, before, record) ||
    hasFailed(entry, cluster, record) ||
    isExpired(entry, cluster, before, record) ||
    isExtra(entry, cluster, record) ||
    entry.stateBefore === 'deleting'
  );
}

/** The run whose request has made a cluster. */
function senderOf({ clusterID }: ServiceCluster, { log }: RunRecord): string | undefined {
  return log.find(({ call, affected }) => call === 'createCluster' && affected === clusterID)?.sender;
}

/** A cluster that failed, or does not run in time. Some people want to look at it. */
function hasFailed(
  { stateBefore, atMs, sender }: LogEntry,
  { madeAtMs, runsSinceMs = Infinity }: ServiceCluster,
  { wishes, operations }: RunRecord,
): boolean {
  if (wishes.onFailure === 'keep') return false;
  if (stateBefore === 'create_failed' || stateBefore === 'delete_failed') return true;
  // The first run of a chain: after a reset there are others.
  const create = operations.find(({ runID }) => runID === sender);
  const begunAtMs = create === undefined ? madeAtMs : Date.parse(create.startedAt);
  const isHealthy = runsSinceMs + longestReadMs < atMs;
  return atMs - begunAtMs >= wishes.timeoutSeconds * 1000 && !isHealthy;
}

/** What was read right before a DELETE may be as old as this when the DELETE arrives. */
const longestReadMs = 60_000;

function isExpired(
  { atMs, sender }: LogEntry,
  { madeAtMs }: ServiceCluster,
  before: Asked[],
  { wishes, operations }: RunRecord,
): boolean {
  const { startedAt } = operations.find(({ runID }) => runID === sender) ?? {};
  const begunAtMs = startedAt === undefined ? madeAtMs : Date.parse(startedAt);
  // An extension is about the create under way when it is answered, and not about a later one of the name.
  const lastExtended = before.findLast(
    ({ message, answer, answeredAtMs = -Infinity }) =>
      message === 'extend' && answer === 'accepted' && answeredAtMs >= begunAtMs,
  );
  const endsAtMs =
    lastExtended === undefined
      ? madeAtMs + (wishes.ttlSeconds ?? Infinity) * 1000
      : lastExtended.atMs + extensionSeconds * 1000;
  return atMs >= endsAtMs;
}

/** A create that has, or has adopted, another cluster deletes those that its requests have made in excess. */
function isExtra({ sender, atMs }: LogEntry, cluster: ServiceCluster, record: RunRecord): boolean {
  const { outcome: end } = record.operations.findLast(({ runID }) => runID === sender) ?? {};
  const { outcome, clusterID: adopted } = (end ?? {}) as { outcome?: string; clusterID?: string };
  return record.clusters.some(
    (other) =>
      other !== cluster &&
      other.madeAtMs <= atMs &&
      (senderOf(other, record) === sender || (outcome === 'running' && other.clusterID === adopted)),
  );
}

/** A batch that is cancelled takes its own creates along, except those that somebody else relies on. */
function isCancelledWithBatch(entry: LogEntry, before: Asked[]): boolean {
  return before.some(({ message }) => message === 'cancelBatch') && !isClaimed(entry.sender, entry.atMs, before);
}

/** After a failure, some people want all that their batch has made to be deleted, except what somebody else relies on. */
function isRolledBack(runID: string, atMs: number, before: Asked[], { batches }: RunRecord): boolean {
  const hasFailure = batches.some(
    ({ policy, outcome }) => policy === 'rollback' && outcome?.outcome === 'rolledBack' && outcome.failed > 0,
  );
  const isOfBatch = before.some(({ message }) => message === 'batch' || message === 'retryBatch');
  return hasFailure && isOfBatch && !isClaimed(runID, atMs, before);
}

/** Whether a person has asked for the cluster of a run by itself, and was told that this run is it. */
function isClaimed(runID: string, atMs: number, before: Asked[]): boolean {
  return before.some(
    ({ message, run, answer, answeredAtMs = Infinity }) =>
      message.startsWith('create') && answer === 'accepted' && run?.runID === runID && answeredAtMs < atMs,
  );
}

/** An orphan is a cluster of a create that is over and does not say that it runs, or that it is kept. */
function isOrphan({ atMs }: LogEntry, cluster: ServiceCluster, record: RunRecord): boolean {
  if (!record.asked.some(({ message, atMs: askedAtMs }) => message === 'reconcile' && askedAtMs <= atMs)) return false;
  const maker = senderOf(cluster, record);
  if (maker === undefined) return false;
  const creates = record.operations.filter(
    ({ kind, clusterName }) => kind === 'create' && clusterName === cluster.clusterName,
  );
  return creates.every(({ startedAt, closedAt = '', outcome }) => {
    if (Date.parse(startedAt) > atMs) return true;
    if (!(Date.parse(closedAt) <= atMs)) return false;
    const {
      outcome: how,
      clusterID,
      cleanup,
    } = (outcome ?? {}) as {
      outcome?: string;
      clusterID?: string;
      cleanup?: { status: string; clusterIDs: string[] };
    };
    const isKept = cleanup?.status === 'kept' && cleanup.clusterIDs.includes(cluster.clusterID);
    return !isKept && !(how === 'running' && clusterID === cluster.clusterID);
  });
}

/**
 * Whether somebody took away a cluster of which a create says that it runs. What was asked for before that create began, and
 * answered, is no excuse: the create had to wait. Only a teardown deletes what it finds, and is answered before it looks: a
 * create need not wait for a deletion that it has not begun.
 */
export function isTakenAway(
  { clusterID, clusterName, deletedInConsole }: ServiceCluster,
  { runID, startedAt }: Operation,
  record: RunRecord,
): boolean {
  if (deletedInConsole === true) return true;
  const { asked, log, operations } = record;
  const deletions = log.filter(({ call, affected }) => call === 'deleteCluster' && affected === clusterID);
  const isOfTeardown = (deletion: Operation | undefined) =>
    deletion?.kind === 'delete' &&
    deletion.startedAt >= startedAt &&
    about.some(({ message, atMs }) => message === 'teardown' && atMs <= Date.parse(deletion.startedAt));
  const about = asked.filter(({ names, clusterID: named }) => named === clusterID || names.includes(clusterName));
  const excuses = about.filter(
    ({ message, answeredAtMs = Infinity }) =>
      /^(delete|cancel|teardown|reconcile)/.test(message) && answeredAtMs >= Date.parse(startedAt),
  );
  return (
    deletions.length > 0 &&
    deletions.every(
      ({ atMs, sender }) =>
        excuses.some((excuse) => excuse.atMs <= atMs) ||
        isOfTeardown(operations.find((each) => each.runID === sender)) ||
        isRolledBack(
          runID,
          atMs,
          about.filter((before) => before.atMs <= atMs),
          record,
        ),
    )
  );
}
