import type { RunRecord } from './explore-run.ts';
import { extensionSeconds } from './extension.ts';
import type { LogEntry, ServiceCluster } from './service.ts';

/**
 * Judges a run by what the service has seen and what people were told. It knows nothing of how the product works: it reads
 * no code, state or history of it.
 */
export function judge(record: RunRecord): string[] {
  return [
    ...everythingEnds(record),
    ...noCreateWithoutLook(record),
    ...everyDeletionHasAReason(record),
    ...oneClusterForEachCreate(record),
    ...outcomesAreTrue(record),
    ...noSecretIsTold(record),
  ];
}

type Operation = RunRecord['operations'][number];

interface CreateOutcome {
  outcome?: string;
  clusterID?: string;
  adopted?: boolean;
  failure?: { type: string; clusterIDs?: string[] };
  cleanup?: { status: string; clusterIDs: string[]; extras?: string[] };
  duplicates?: { clusterID: string; deleted?: boolean }[];
}

const outcomeOf = ({ outcome }: Operation) => (outcome ?? {}) as CreateOutcome;

function everythingEnds({ stuck }: RunRecord): string[] {
  return stuck.map(({ workflowID, why }) => `${workflowID} does not end${why === undefined ? '' : `: ${why}`}`);
}

/** After an answer that leaves open whether a cluster was made, a look must come before the next request. */
function noCreateWithoutLook({ log }: RunRecord): string[] {
  let hasLooked = false;
  const wrong: string[] = [];
  for (const entry of log) {
    if (entry.call === 'listClusters' && entry.how === 'answered') hasLooked = true;
    if (entry.call !== 'createCluster') continue;
    if (!hasLooked) wrong.push(`a create was sent at ${entry.atMs} without a look before`);
    hasLooked = false;
  }
  return wrong;
}

function everyDeletionHasAReason(record: RunRecord): string[] {
  return record.log
    .filter(({ call, affected }) => call === 'deleteCluster' && affected !== undefined)
    .filter((entry) => !hasReason(entry, record))
    .map(({ affected, atMs, stateBefore }) => `${affected} (${stateBefore}) was deleted at ${atMs} without a reason`);
}

function hasReason(entry: LogEntry, record: RunRecord): boolean {
  const cluster = record.clusters.find(({ clusterID }) => clusterID === entry.affected)!;
  const { asked, operations, wishes } = record;
  const before = asked.filter(({ atMs }) => atMs <= entry.atMs);
  const sender = operations.find(({ runID }) => runID === entry.sender);
  // Nobody is told of runs that were terminated; what they have sent before is judged by what people asked for.
  const isOurs = /\[cce-orchestrator /.test(cluster.description);
  if (sender?.kind === 'delete') {
    return before.some(
      ({ message, clusterID }) =>
        (message === 'deleteByID' && clusterID === cluster.clusterID && isOurs) || (message === 'delete' && isOurs),
    );
  }
  if (!isOurs || senderOf(cluster, record) !== entry.sender) return false;
  const isTakenBack = before.some(({ message }) =>
    ['cancel', 'cancelNatively', 'delete', 'deleteByID'].includes(message),
  );
  const hasFailed = entry.stateBefore === 'create_failed' || entry.stateBefore === 'delete_failed';
  const begunAtMs = sender === undefined ? cluster.madeAtMs : Date.parse(sender.startedAt);
  const isLate = entry.atMs - begunAtMs >= wishes.timeoutSeconds * 1000;
  const lastExtended = before.findLast(({ message, answer }) => message === 'extend' && answer === 'accepted');
  const leaseEndsAtMs =
    lastExtended === undefined
      ? cluster.madeAtMs + (wishes.ttlSeconds ?? Infinity) * 1000
      : lastExtended.atMs + extensionSeconds * 1000;
  const isExpired = entry.atMs >= leaseEndsAtMs;
  const hasSibling = record.clusters.some(
    (other) => other !== cluster && senderOf(other, record) === entry.sender && other.madeAtMs <= entry.atMs,
  );
  return isTakenBack || hasFailed || isLate || isExpired || hasSibling || entry.stateBefore === 'deleting';
}

/** The run whose request has made a cluster. */
function senderOf({ clusterID }: ServiceCluster, { log }: RunRecord): string | undefined {
  return log.find(({ call, affected }) => call === 'createCluster' && affected === clusterID)?.sender;
}

function isLeft(cluster: ServiceCluster): boolean {
  return !['gone', 'deleting'].includes(cluster.state);
}

/** What exists at the end is what somebody was told of, and nobody has more than one of them. */
function oneClusterForEachCreate(record: RunRecord): string[] {
  const { operations, clusters, asked } = record;
  const isTerminated = asked.some(({ message, answer }) => message === 'terminate' && answer === 'accepted');
  const told = new Set(operations.flatMap((operation) => namedBy(outcomeOf(operation))));
  const left = clusters.filter((cluster) => isLeft(cluster) && senderOf(cluster, record) !== undefined);
  // Terminated runs tell nobody what they have made; a search for orphans finds that.
  const unnamed = isTerminated ? [] : left.filter(({ clusterID }) => !told.has(clusterID));
  return unnamed.map(({ clusterID, state }) => `${clusterID} (${state}) is left, and nobody is told of it`);
}

function namedBy({ clusterID, cleanup, duplicates = [], failure }: CreateOutcome): string[] {
  return [
    ...(clusterID === undefined ? [] : [clusterID]),
    ...(cleanup?.clusterIDs ?? []),
    ...duplicates.map((duplicate) => duplicate.clusterID),
    ...(failure?.clusterIDs ?? []),
  ];
}

function outcomesAreTrue(record: RunRecord): string[] {
  const { operations, clusters } = record;
  const byID = new Map(clusters.map((cluster) => [cluster.clusterID, cluster]));
  return operations.flatMap((operation) => {
    const outcome = outcomeOf(operation);
    const wrong: string[] = [];
    const named = byID.get(outcome.clusterID ?? '');
    if (operation.kind === 'create' && outcome.outcome === 'running') {
      if (named === undefined)
        wrong.push(`${operation.runID} says that ${outcome.clusterID} runs, which never existed`);
      else if (!isLeft(named) && !isTakenAway(named, record)) {
        wrong.push(`${named.clusterID} runs, as somebody was told, and is gone`);
      }
    }
    if (outcome.cleanup?.status === 'deleted') {
      const remain = outcome.cleanup.clusterIDs.filter((clusterID) => isLeft(byID.get(clusterID)!));
      for (const clusterID of remain) wrong.push(`${clusterID} is left, and somebody was told that it is deleted`);
    }
    if (operation.kind === 'delete' && outcome.outcome === 'deleted' && named !== undefined && isLeft(named)) {
      wrong.push(`${named.clusterID} is left, and somebody was told that it is deleted`);
    }
    return wrong;
  });
}

/** Whether a person took away a cluster that ran. */
function isTakenAway({ clusterID, deletedInConsole }: ServiceCluster, { asked, log }: RunRecord): boolean {
  if (deletedInConsole === true) return true;
  const deletions = log.filter(({ call, affected }) => call === 'deleteCluster' && affected === clusterID);
  return (
    deletions.length > 0 &&
    deletions.every(({ atMs }) =>
      asked.some(({ message, atMs: askedAtMs }) => /^(delete|cancel)/.test(message) && askedAtMs <= atMs),
    )
  );
}

function noSecretIsTold({ operations, asked }: RunRecord): string[] {
  return JSON.stringify([operations, asked]).includes('test123!T') ? ['somebody was told a password'] : [];
}
