import { setTimeout as pause } from 'node:timers/promises';
import { cancellationSignal } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { CceClient } from '../../cce/client.ts';
import { isClusterID } from '../../cce/cluster-id.ts';
import type { Cluster } from '../../cce/cluster.ts';
import type { OperationFailure } from '../../contract/operation-failure.ts';
import type { TypedCluster } from '../../contract/typed-cluster.ts';
import type { FoundCluster } from '../create/find-clusters.ts';
import { isLeaving } from '../delete/objection-to.ts';
import { orAbsent } from '../watch/read-phase.ts';

export interface FindClusterDependencies {
  cce: CceClient;
  findClusters: (input: { clusterName: string }) => Promise<FoundCluster[]>;
  /** The pause between two looks, in milliseconds. @default 1_000 */
  lookPauseMs?: number;
}

/**
 * Finds the one cluster that a person typed, by its ID or its exact name.
 *
 * Fails with `ClusterNotFound`, also for a cluster that is being deleted, or with `AmbiguousName`.
 */
export async function findCluster(dependencies: FindClusterDependencies, typed: TypedCluster): Promise<Cluster> {
  const { cce } = dependencies;
  const { nameOrID, isName = false } = typed;
  const mayBeID = isClusterID(nameOrID) && !isName;
  const byID = mayBeID ? await twice(dependencies, () => read(cce, nameOrID)) : undefined;
  // A name may look like an ID.
  const cluster = byID ?? (await twice(dependencies, () => lookForName(dependencies, typed)));
  if (cluster === undefined || isLeaving(cluster.status)) {
    throw refusal({
      type: 'ClusterNotFound',
      message: `there is no cluster "${nameOrID}" in this account and region, or it is being deleted`,
    });
  }
  return cluster;
}

/** One look that shows nothing proves little. There are no more than two, since a person waits. */
async function twice<Found>(
  dependencies: Pick<FindClusterDependencies, 'lookPauseMs'>,
  look: () => Promise<Found | undefined>,
): Promise<Found | undefined> {
  const found = await look();
  if (found !== undefined) return found;
  await pauseBetweenLooks(dependencies);
  return look();
}

export function pauseBetweenLooks({
  lookPauseMs = 1_000,
}: Pick<FindClusterDependencies, 'lookPauseMs'>): Promise<void> {
  return pause(lookPauseMs, undefined, { signal: cancellationSignal() });
}

/** A list may lack the cluster of our records, and it may have others of the name that are not ours. */
async function lookForName(
  { cce, findClusters }: FindClusterDependencies,
  { nameOrID, knownClusterID }: TypedCluster,
): Promise<Cluster | undefined> {
  const listed = (await findClusters({ clusterName: nameOrID })).map(({ clusterID }) => clusterID);
  const clusterIDs = new Set(knownClusterID === undefined ? listed : [...listed, knownClusterID]);
  const clusters = await Promise.all([...clusterIDs].map((clusterID) => read(cce, clusterID)));
  const standing = clusters.filter(
    (cluster) => cluster !== undefined && !isLeaving(cluster.status) && cluster.spec.clusterName === nameOrID,
  );
  if (standing.length > 1) {
    const standingIDs = standing.map((cluster) => cluster?.spec.clusterID ?? '');
    throw refusal({
      type: 'AmbiguousName',
      message: `${standingIDs.length} clusters are named "${nameOrID}": ${standingIDs.join(', ')}`,
      advice: 'name one by its clusterID',
      clusterIDs: standingIDs,
    });
  }
  return standing[0];
}

async function read(cce: CceClient, clusterID: string): Promise<Cluster | undefined> {
  return (await orAbsent(cce.getCluster(clusterID, { signal: cancellationSignal() })))?.cluster;
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
