import { log } from '@temporalio/activity';
import type { CceClient } from '../../cce/client.ts';
import type { Cluster, DeleteClusterOptions } from '../../cce/cluster.ts';
import type { Leftovers } from '../../contract/leftovers.ts';
import { withTimeLimit } from '../api/with-time-limit.ts';
import { leftoversOf } from './leftovers-of.ts';

/** One page: more IDs would make the history large, and help nobody. */
const maximumMachines = 100;
const maximumResources = 300;

/** The turn in the request budget, and the request. */
const timeLimitMs = 40_000;

/**
 * Lists what a deletion with these options leaves behind; `undefined` if nothing. An error of the list is part of the
 * result and never keeps the deletion from going on.
 */
export async function listLeftovers(
  cce: CceClient,
  cluster: Cluster,
  options: DeleteClusterOptions,
  signal: AbortSignal,
): Promise<Leftovers | undefined> {
  const { clusterID } = cluster.spec;
  try {
    const { instancePage } = await withTimeLimit(signal, timeLimitMs, (limited) =>
      cce.listInstances(clusterID, { pageNo: 1, pageSize: maximumMachines }, { signal: limited }),
    );
    const { instanceList, totalCount } = instancePage;
    const resources = leftoversOf(options, cluster, instanceList);
    if (totalCount > instanceList.length || resources.length > maximumResources) {
      const incomplete = `only resources of the first ${instanceList.length} of ${totalCount} machines are listed`;
      return { resources: resources.slice(0, maximumResources), incomplete };
    }
    return resources.length === 0 ? undefined : { resources };
  } catch (error) {
    signal.throwIfAborted();
    log.warn('what a deletion leaves behind could not be listed; the deletion goes on', { clusterID, error });
    const reason = error instanceof Error ? error.message : String(error);
    return {
      resources: leftoversOf(options, cluster, []),
      incomplete: `the machines could not be listed: ${reason}`,
    };
  }
}
