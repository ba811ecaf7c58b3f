import { setTimeout as pause } from 'node:timers/promises';
import { cancellationSignal } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { CceClient } from '../../cce/client.ts';
import { isClusterID } from '../../cce/cluster-id.ts';
import type { Cluster } from '../../cce/cluster.ts';
import type { OperationFailure } from '../../contract/operation-failure.ts';
import type { TypedCluster } from '../../contract/typed-cluster.ts';
import type { FoundCluster } from '../create/find-clusters.ts';
import { orAbsent } from '../watch/read-phase.ts';

export interface FindClusterDependencies {
  cce: CceClient;
  findClusters: (input: { clusterName: string }) => Promise<FoundCluster[]>;
}

/** One look that shows nothing proves little. Short, since a person waits. */
const pauseMs = 1_000;

/**
 * Finds the one cluster that a person typed, by its ID or its exact name.
 *
 * Fails with `ClusterNotFound`, also for a cluster that is being deleted, or with `AmbiguousName`.
 */
export async function findCluster(dependencies: FindClusterDependencies, typed: TypedCluster): Promise<Cluster> {
  const cluster = (await lookFor(dependencies, typed)) ?? (await lookAgain(dependencies, typed));
  if (cluster === undefined) {
    throw refusal({
      type: 'ClusterNotFound',
      message: `there is no cluster "${typed.nameOrID}" in this account and region, or it is being deleted`,
    });
  }
  return cluster;
}

async function lookAgain(dependencies: FindClusterDependencies, typed: TypedCluster): Promise<Cluster | undefined> {
  await pause(pauseMs, undefined, { signal: cancellationSignal() });
  return lookFor(dependencies, typed);
}

async function lookFor(
  { cce, findClusters }: FindClusterDependencies,
  { nameOrID, isName = false, knownClusterID }: TypedCluster,
): Promise<Cluster | undefined> {
  const read = async (clusterID: string) => {
    const answer = await orAbsent(cce.getCluster(clusterID, { signal: cancellationSignal() }));
    return answer === undefined || isLeaving(answer.cluster.status) ? undefined : answer.cluster;
  };
  const byID = isClusterID(nameOrID) && !isName ? await read(nameOrID) : undefined;
  if (byID !== undefined) return byID;
  // A name may look like an ID.
  const standing = (await findClusters({ clusterName: nameOrID })).filter((found) => !isLeaving(found));
  const clusterIDs = standing.map(({ clusterID }) => clusterID);
  if (clusterIDs.length > 1) {
    throw refusal({
      type: 'AmbiguousName',
      message: `${clusterIDs.length} clusters are named "${nameOrID}": ${clusterIDs.join(', ')}`,
      advice: 'name one by its clusterID',
      clusterIDs,
    });
  }
  const [clusterID = knownClusterID] = clusterIDs;
  const cluster = clusterID === undefined ? undefined : await read(clusterID);
  return cluster?.spec.clusterName === nameOrID ? cluster : undefined;
}

function isLeaving({ clusterPhase }: Pick<FoundCluster, 'clusterPhase'>): boolean {
  return clusterPhase === 'deleting' || clusterPhase === 'deleted';
}

/** A failure that no repetition of the activity changes, described for people. */
export function refusal(detail: OperationFailure): ApplicationFailure {
  return ApplicationFailure.create({
    type: detail.type,
    message: detail.message,
    nonRetryable: true,
    details: [detail],
  });
}
