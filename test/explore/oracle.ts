import type { RunRecord } from './explore-run.ts';
import { deletionsWithoutReason, isTakenAway } from './oracle-deletions.ts';
import { batchesObey } from './oracle-batches.ts';
import type { ServiceCluster } from './service-log.ts';

/**
 * Judges a run by what the service has seen and what people were told. It knows nothing of how the product works: it reads
 * no code, state or history of it.
 */
export function judge(record: RunRecord): string[] {
  return [
    ...everythingEnds(record),
    ...noCreateWithoutLook(record),
    ...deletionsWithoutReason(record),
    ...oneClusterForEachCreate(record),
    ...outcomesAreTrue(record),
    ...leasesEnd(record),
    ...batchesObey(record),
    ...refusalsLast(record),
    ...noSecretIsTold(record),
  ];
}

type Operation = RunRecord['operations'][number];

interface Failure {
  type: string;
  clusterIDs?: string[];
}

interface CreateOutcome {
  outcome?: string;
  clusterID?: string;
  adopted?: boolean;
  failure?: Failure;
  cleanup?: { status: string; clusterIDs: string[]; extras?: string[]; failure?: Failure };
  duplicates?: { clusterID: string; deleted?: boolean }[];
}

const outcomeOf = ({ outcome }: Operation) => (outcome ?? {}) as CreateOutcome;

function everythingEnds({ stuck }: RunRecord): string[] {
  return stuck.map(({ workflowID, why }) => `${workflowID} does not end${why === undefined ? '' : `: ${why}`}`);
}

/** Before each request to create a cluster, and after the one before, a look for its name must have been answered. */
function noCreateWithoutLook({ log, asked }: RunRecord): string[] {
  const lookedFor = new Set<string>();
  let hasLookedForAll: Set<string> | undefined;
  const wrong: string[] = [];
  for (const { call, how, target, atMs } of log) {
    if (call === 'listClusters' && how === 'answered') {
      if (target === undefined) hasLookedForAll = new Set();
      else lookedFor.add(target);
    }
    if (call !== 'createCluster') continue;
    const name = target ?? '';
    const isSeen = lookedFor.has(name) || hasLookedForAll?.has(name) === false;
    // Whoever resets a create while its request is on its way has two requests.
    if (asked.some((each) => each.message === 'reset' && each.atMs <= atMs && atMs < each.atMs + 90_000)) continue;
    if (!isSeen) wrong.push(`a create was sent at ${atMs} without a look before`);
    lookedFor.delete(name);
    hasLookedForAll?.add(name);
  }
  return wrong;
}

function isLeft(cluster: ServiceCluster): boolean {
  return !['gone', 'deleting'].includes(cluster.state);
}

/** What exists at the end is what somebody was told of, and nobody has more than one of them. */
function oneClusterForEachCreate({ operations, clusters, asked, log }: RunRecord): string[] {
  const terminated = new Set(
    asked.flatMap(({ message, answer, names }) => (message === 'terminate' && answer === 'accepted' ? names : [])),
  );
  const told = new Set(operations.flatMap((operation) => namedBy(outcomeOf(operation))));
  const made = new Set(log.flatMap(({ call, affected = '' }) => (call === 'createCluster' ? [affected] : [])));
  // Terminated runs tell nobody what they have made; a search for orphans finds that.
  const unnamed = clusters.filter(
    (cluster) =>
      isLeft(cluster) &&
      // Whoever deletes it in the console sees there how that ends.
      cluster.deletedInConsole !== true &&
      made.has(cluster.clusterID) &&
      !terminated.has(cluster.clusterName) &&
      !told.has(cluster.clusterID),
  );
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
      else if (!isLeft(named) && !isTakenAway(named, operation, record)) {
        wrong.push(`${named.clusterID} runs, as somebody was told, and is gone`);
      }
    }
    if (outcome.cleanup?.status === 'deleted') {
      const remain = outcome.cleanup.clusterIDs.filter((clusterID) => isLeft(byID.get(clusterID)!));
      for (const clusterID of remain) wrong.push(`${clusterID} is left, and somebody was told that it is deleted`);
    }
    for (const { clusterID, deleted } of outcome.duplicates ?? []) {
      if (deleted !== true || !isLeft(byID.get(clusterID)!)) continue;
      wrong.push(`${clusterID} is left, and somebody was told that it is deleted`);
    }
    if (operation.kind === 'delete' && outcome.outcome === 'deleted' && named !== undefined && isLeft(named)) {
      wrong.push(`${named.clusterID} is left, and somebody was told that it is deleted`);
    }
    return wrong;
  });
}

/** A create with a time to live does not end before that of the cluster that it made. */
function leasesEnd({ operations, wishes }: RunRecord): string[] {
  if (wishes.ttlSeconds === undefined) return [];
  return operations
    .filter((operation) => {
      const { outcome, adopted } = outcomeOf(operation);
      return operation.kind === 'create' && outcome === 'running' && adopted !== true;
    })
    .map((operation) => `${outcomeOf(operation).clusterID} outlives its time to live`);
}

/** Whoever is told that the service refuses a deletion is told so because it refuses for good, or has refused for a day. */
function refusalsLast({ operations, log }: RunRecord): string[] {
  return operations
    .filter((operation) => {
      const { failure, cleanup } = outcomeOf(operation);
      const isRefusal = [failure, cleanup?.failure].some((each) => each?.type === 'DeleteRefused');
      const { runID, startedAt, closedAt = '' } = operation;
      const isForGood = log.some(({ sender, how }) => sender === runID && how === 'refused');
      return isRefusal && !isForGood && Date.parse(closedAt) - Date.parse(startedAt) < 24 * 3_600_000;
    })
    .map(({ runID }) => `${runID} gave up a deletion that was refused for now`);
}

function noSecretIsTold({ operations, asked, batches }: RunRecord): string[] {
  return JSON.stringify([operations, asked, batches]).includes('test123!T') ? ['somebody was told a password'] : [];
}
