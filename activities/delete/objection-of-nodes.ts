import { CceApiError } from '../../cce/cce-api-error.ts';
import type { CceClient } from '../../cce/client.ts';
import type { Cluster } from '../../cce/cluster.ts';
import { phaseDuringCreate } from '../../cce/phases.ts';
import type { DeleteOrder } from '../../contract/delete-order.ts';
import { listNodes } from '../nodes/list-nodes.ts';
import { isStanding, type SeenNode } from '../nodes/own-nodes.ts';

/**
 * Says why a cluster whose nodes were not ready must not be deleted for that; `undefined` if the order still holds, or is not
 * about nodes. Looks at the nodes once more: they may have recovered, and somebody may have replaced them. Without a list that
 * shows exactly the nodes that the create asked for, nothing is deleted for them.
 */
export async function objectionOfNodes(
  cce: Pick<CceClient, 'listInstances'>,
  order: DeleteOrder,
  { spec, status }: Cluster,
  signal: AbortSignal,
): Promise<string | undefined> {
  // A deletion that has begun is only asked for again.
  if (!('nodes' in order) || phaseDuringCreate(status.clusterPhase) === 'deleted') return undefined;
  const { wanted, needed } = order.nodes;
  const listed = await listUnlessUnknown(cce, spec.clusterID, signal);
  if (listed === undefined) return 'its nodes cannot be read';
  const nodes = listed.filter(({ state }) => state !== 'gone');
  const standing = nodes.filter(isStanding);
  // All of them: somebody may have put others in the place of those that failed.
  const ready = standing.filter(({ state }) => state === 'ready').length;
  if (ready >= needed) return `${ready} of its nodes run now, and ${needed} are enough`;
  if (standing.length < wanted) return `the service shows only ${standing.length} of its ${wanted} nodes`;
  if (nodes.length > wanted) return `it has ${nodes.length} nodes now, and its create asked for ${wanted}`;
  // Whether failed nodes count in it is unknown, so that it proves only that the list is incomplete.
  const { nodeNum = 0 } = status;
  if (nodeNum > nodes.length) return `it counts ${nodeNum} nodes, and the list shows ${nodes.length}`;
  return undefined;
}

/** A 404 says nothing of the cluster here: it was read a moment ago. */
async function listUnlessUnknown(
  cce: Pick<CceClient, 'listInstances'>,
  clusterID: string,
  signal: AbortSignal,
): Promise<SeenNode[] | undefined> {
  try {
    return await listNodes(cce, clusterID, signal);
  } catch (error) {
    if (error instanceof CceApiError && error.kind === 'notFound') return undefined;
    throw error;
  }
}
