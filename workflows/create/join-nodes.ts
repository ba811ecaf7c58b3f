import type { NodesReport } from '../../activities/nodes/watch-nodes.ts';
import { secretsOf } from '../../cce/secrets.ts';
import type { CreateClusterInput } from '../../contract/create.ts';
import { nodesText, reasonText, type ClusterNodes } from '../../contract/nodes.ts';
import type { OperationFailure } from '../../contract/operation-failure.ts';
import { defaultNodeTimeoutSeconds, neededNodes, wantedNodes } from '../../contract/readiness.ts';
import { watchNodes } from '../activity-proxies.ts';
import { throwIfCancelled } from '../operation/cancellation.ts';
import { failure, provisioningFailure } from '../operation/operation-failure.ts';
import type { Progress } from '../operation/progress.ts';
import type { Creation } from './creation.ts';

/** The nodes that a create waits for. None if its input says nothing of nodes, as inputs of before do. */
export function nodeNeedOf({ request, readiness = 'cluster' }: CreateClusterInput): Pick<Creation, 'nodes'> {
  const wanted = wantedNodes(request);
  const needed = Math.min(wanted, neededNodes(readiness, wanted) ?? wanted);
  return needed === 0 ? {} : { nodes: { wanted, needed } };
}

/**
 * Waits until as many nodes of the running cluster run as the create needs. One activity does that, however many nodes there are
 * and however long it takes.
 *
 * Throws `NodesFailed`, `NodesNotReady`, or `DeletedByOthers`.
 */
export async function joinNodes(
  { nodes: need, obtained, request }: Creation,
  progress: Progress,
  { nodeTimeoutSeconds = defaultNodeTimeoutSeconds, onNodeFailure = 'fail' }: CreateClusterInput,
): Promise<void> {
  if (need === undefined || obtained === undefined) return;
  const { clusterID, madeBy } = obtained;
  const sinceMs = Date.now();
  progress.enter('joiningNodes');
  progress.seeNodes({ wanted: need.wanted, ready: 0, beingMade: need.wanted, failed: 0 });
  const report = await watchNodes({
    ...need,
    clusterID,
    acceptsFailures: onNodeFailure === 'accept',
    isAdopted: madeBy === 'earlierCreate',
    sinceMs,
    untilMs: sinceMs + nodeTimeoutSeconds * 1000,
    steps: progress.view().steps,
    secrets: secretsOf(request),
  });
  progress.seeNodes(report.nodes);
  throwIfCancelled();
  switch (report.verdict) {
    case 'ready':
      return;
    case 'failed':
      throw failure(nodesFailed(clusterID, report.nodes));
    case 'late':
      throw failure(nodesLate(clusterID, report.nodes, need.needed, nodeTimeoutSeconds));
    case 'gone':
      throw failure(clusterGone(clusterID, report, progress));
  }
}

function nodesFailed(clusterID: string, nodes: ClusterNodes): OperationFailure {
  const { wanted, failed, reasons = [], failedNodes = [] } = nodes;
  const [first] = reasons;
  const suggestion = failedNodes.find((node) => node.suggestion !== undefined)?.suggestion;
  const why = reasons.slice(0, reasonsTold).map(reasonText).join('; ') || 'the service gave no reason';
  return {
    type: 'NodesFailed',
    message: `${failed} of ${wanted} nodes of ${clusterID} failed: ${why}`,
    ...(first?.code !== undefined && { code: first.code }),
    advice: suggestion ?? 'ask for fewer nodes with a readiness of nodes>=N or N%, or accept those that fail',
  };
}

/** The outcome has all of them. */
const reasonsTold = 3;

function nodesLate(clusterID: string, nodes: ClusterNodes, needed: number, seconds: number): OperationFailure {
  return {
    type: 'NodesNotReady',
    message: `${needed} nodes of ${clusterID} were to run within ${seconds} s, but ${nodesText(nodes)}`,
    advice: 'raise the time limit for nodes, or ask for fewer of them',
  };
}

function clusterGone(
  clusterID: string,
  { clusterPhase = 'absent' }: NodesReport,
  progress: Progress,
): OperationFailure {
  const { steps } = progress.view();
  progress.observe({ clusterPhase, steps });
  return provisioningFailure(clusterID, clusterPhase, steps);
}
