/**
 * The nodes that a create asked for, in numbers. Nodes that somebody else has added to the cluster count neither for nor
 * against them. `ready`, `beingMade` and `failed` add up to `wanted`.
 */
export interface NodeCounts {
  wanted: number;
  /** They run. */
  ready: number;
  /** They are on their way, or no list shows them yet. */
  beingMade: number;
  /** The service says that they failed, and more than one look has shown it. */
  failed: number;
}

/** The nodes that a create asked for, with the reasons of those that failed. */
export interface ClusterNodes extends NodeCounts {
  /** The failed nodes, but no more than {@link mostFailedNodes} of them. Absent if there are none, or if they are too long. */
  failedNodes?: FailedNode[];
  /** The reasons of the failed nodes, the most frequent first. Absent if there are none. */
  reasons?: NodeFailureReason[];
  /** The number of failed nodes that were deleted so that others take their place. Absent if there are none. */
  replaced?: number;
}

/** A node that failed, with the reason that its event steps give. */
export interface FailedNode {
  cceInstanceID: string;
  /** The ID of the machine. Absent if the service gives none. */
  instanceID?: string;
  /** The name of the step that failed, a display text of the vendor. */
  step?: string;
  code?: string;
  message?: string;
  suggestion?: string;
}

/** Why nodes failed, and how many. */
export interface NodeFailureReason extends Omit<FailedNode, 'cceInstanceID' | 'instanceID' | 'suggestion'> {
  count: number;
}

/** The maximum number of failed nodes in detail: each costs a call, and many fail for the same reason. */
export const mostFailedNodes = 20;

/** The limit of what the nodes of a cluster take in a heartbeat and in an outcome: Temporal stores each of them. */
const maximumBytes = 16_384;

/** Leaves out failed nodes, and then the rarest reasons, until the rest is small enough to be stored. */
export function fitNodes(nodes: ClusterNodes): ClusterNodes {
  if (sizeOf(nodes) <= maximumBytes) return nodes;
  const { failedNodes: _nodes, reasons = [], ...counts } = nodes;
  for (let left = reasons.length; left > 0; left--) {
    const fewer = { ...counts, reasons: reasons.slice(0, left) };
    if (sizeOf(fewer) <= maximumBytes) return fewer;
  }
  return counts;
}

function sizeOf(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

/** Groups failed nodes by their reasons, the most frequent first. */
export function reasonsOf(failedNodes: readonly FailedNode[]): NodeFailureReason[] {
  const byReason = new Map<string, NodeFailureReason>();
  for (const { step, code, message } of failedNodes) {
    const key = JSON.stringify([step, code, message]);
    const { count } = byReason.get(key) ?? { count: 0 };
    byReason.set(key, {
      count: count + 1,
      ...(step !== undefined && { step }),
      ...(code !== undefined && { code }),
      ...(message !== undefined && { message }),
    });
  }
  return [...byReason.values()].toSorted((left, right) => right.count - left.count);
}

/** The counts in a few words, for people. */
export function nodesText({ wanted, ready, beingMade, failed, replaced = 0 }: ClusterNodes): string {
  return [
    `${ready} of ${wanted} nodes ready`,
    ...(beingMade > 0 ? [`${beingMade} being made`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(replaced > 0 ? [`${replaced} replaced`] : []),
  ].join(', ');
}

/** One reason in a few words, for people. */
export function reasonText({ count, step, code, message }: NodeFailureReason): string {
  const where = step === undefined ? '' : `at step "${step}"`;
  const why = [code, message].filter((part) => part !== undefined).join(': ') || 'the service gave no reason';
  return `${count} × ${where === '' ? why : `${where}: ${why}`}`;
}
