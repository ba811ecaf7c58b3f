import type { CceClient } from '../../cce/client.ts';
import type { Cluster } from '../../cce/cluster.ts';
import { phaseDuringCreate } from '../../cce/phases.ts';
import type { DeleteOrder } from '../../contract/delete-order.ts';
import { listNodes } from '../nodes/list-nodes.ts';
import { ownNodes } from '../nodes/own-nodes.ts';

/**
 * Says why a cluster whose nodes were not ready must not be deleted for that; `undefined` if the order still holds, or is not
 * about nodes. Looks at the nodes once more: they may have recovered since.
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
  const nodes = ownNodes(await listNodes(cce, spec.clusterID, signal), { wanted });
  const ready = nodes.filter(({ state }) => state === 'ready').length;
  return ready < needed ? undefined : `${ready} of its ${wanted} nodes run now, and ${needed} are enough`;
}
