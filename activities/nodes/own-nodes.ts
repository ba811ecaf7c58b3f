import type { ListedInstance } from '../../cce/instances.ts';

/** A node of a cluster, as a list shows it. */
export interface SeenNode {
  cceInstanceID: string;
  instanceID?: string;
  state: 'ready' | 'beingMade' | 'failed' | 'leaving' | 'gone';
  /** RFC 3339; empty if the service gives none. */
  createdAt: string;
}

/** Which nodes of a cluster a create asked for. The service has no mark for that. */
export interface NodeClaim {
  /** How many the create asked for. */
  wanted: number;
  /** The IDs of those that the create is known to have asked for. */
  known?: readonly string[];
  /** The IDs of those that the create has deleted since they failed. */
  replaced?: readonly string[];
  /** The IDs of nodes that are known to be of somebody else. */
  foreign?: readonly string[];
  /** Some nodes belong to node groups: the service itself may replace one that failed, and both may be listed. */
  isRefilled?: boolean;
}

/** The nodes in a list of machines. Masters are none, and a machine without an ID is not counted until it has one. */
export function seenNodes(instances: readonly ListedInstance[]): SeenNode[] {
  const nodes = instances.flatMap(({ spec, status, createdAt = '' }): SeenNode[] => {
    const { instanceID } = status?.machine ?? {};
    const cceInstanceID = spec?.cceInstanceID || instanceID;
    if (!cceInstanceID || spec?.clusterRole === 'master') return [];
    const state = stateIn(status?.instancePhase);
    return [{ cceInstanceID, ...(instanceID && { instanceID }), state, createdAt }];
  });
  // A page may repeat a node of the page before.
  return [...new Map(nodes.map((node) => [node.cceInstanceID, node])).values()];
}

/** An unknown phase means `beingMade`. */
function stateIn(instancePhase: string | undefined): SeenNode['state'] {
  switch (instancePhase) {
    case 'running':
      return 'ready';
    case 'create_failed':
      return 'failed';
    case 'deleting':
    case 'delete_failed':
      return 'leaving';
    case 'deleted':
      return 'gone';
    default:
      return 'beingMade';
  }
}

/**
 * The nodes that a create asked for: those that it knows, and for the rest the oldest. Whoever adds a node by hand can do so
 * only once the cluster runs, when those of the create exist. A node that the service has put in the place of a failed one counts
 * instead of that.
 */
export function ownNodes(
  nodes: readonly SeenNode[],
  { wanted, known = [], replaced = [], foreign = [], isRefilled = false }: NodeClaim,
): SeenNode[] {
  const gone = new Set([...replaced, ...foreign]);
  const pinned = new Set(known.filter((id) => !gone.has(id)));
  const standing = nodes.filter((node) => isStanding(node) && !gone.has(node.cceInstanceID));
  const others = standing.filter(({ cceInstanceID }) => !pinned.has(cceInstanceID)).toSorted(byAge);
  if (isRefilled) others.sort((left, right) => ranks[left.state] - ranks[right.state]);
  return [
    ...standing.filter(({ cceInstanceID }) => pinned.has(cceInstanceID)),
    ...others.slice(0, Math.max(0, wanted - pinned.size)),
  ];
}

const ranks: Readonly<Record<SeenNode['state'], number>> = { ready: 0, beingMade: 1, failed: 2, leaving: 3, gone: 4 };

/** Whether a node is neither being deleted nor gone. */
export function isStanding({ state }: SeenNode): boolean {
  return state !== 'leaving' && state !== 'gone';
}

/** Without an age, or with equal ages, the ID decides, so that every look gives the same answer. */
function byAge(left: SeenNode, right: SeenNode): number {
  return `${left.createdAt} ${left.cceInstanceID}` < `${right.createdAt} ${right.cceInstanceID}` ? -1 : 1;
}
