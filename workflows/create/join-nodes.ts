import type { NodesReport } from '../../activities/nodes/watch-nodes.ts';
import { TemporalFailure } from '@temporalio/common';
import { isCancellation } from '@temporalio/workflow';
import { secretsOf } from '../../cce/secrets.ts';
import type { CreateClusterInput } from '../../contract/create.ts';
import { nodesText, reasonText, type ClusterNodes } from '../../contract/nodes.ts';
import type { OperationFailure } from '../../contract/operation-failure.ts';
import {
  defaultMaxReplacements,
  defaultNodeTimeoutSeconds,
  neededNodes,
  wantedNodes,
} from '../../contract/readiness.ts';
import { watchNodes } from '../activity-proxies.ts';
import { throwIfCancelled } from '../operation/cancellation.ts';
import { describeFailure, failure, provisioningFailure } from '../operation/operation-failure.ts';
import type { Progress } from '../operation/progress.ts';
import type { Creation } from './creation.ts';
import { replaceNodes, type NodeRecord } from './replace-nodes.ts';

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
  { nodes: need, obtained, request, marker }: Creation,
  progress: Progress,
  options: CreateClusterInput,
): Promise<void> {
  if (need === undefined || obtained === undefined) return;
  const { nodeTimeoutSeconds = defaultNodeTimeoutSeconds, onNodeFailure = 'fail' } = options;
  const { clusterID, madeBy } = obtained;
  const sinceMs = Date.now();
  progress.enter('joiningNodes');
  progress.seeNodes({ wanted: need.wanted, ready: 0, beingMade: need.wanted, failed: 0 });
  const untilMs = sinceMs + nodeTimeoutSeconds * 1000;
  const isAdopted = madeBy === 'earlierCreate';
  const watch = async (record?: NodeRecord) => {
    const { added: _, ...claim } = record ?? {};
    const seen = await watchNodes({
      ...need,
      ...claim,
      clusterID,
      acceptsFailures: onNodeFailure === 'accept',
      isAdopted,
      sinceMs,
      untilMs,
      steps: progress.view().steps,
      secrets: secretsOf(request),
      ...(record !== undefined && { namesNodes: true }),
    });
    progress.seeNodes(seen.nodes);
    throwIfCancelled();
    return seen;
  };
  const [set] = request.nodes ?? [];
  const replaces = onNodeFailure === 'replace' && !isAdopted && set !== undefined;
  let record: NodeRecord | undefined = replaces
    ? { wanted: need.wanted, known: [], replaced: [], foreign: [], added: 0 }
    : undefined;
  let report = await watch(record);
  while (record !== undefined && set !== undefined && report.verdict === 'failed' && Date.now() < untilMs) {
    const { own = [], others = [], failedIDs = [], nodes } = report;
    const { maxReplacements = defaultMaxReplacements } = options;
    const chosen = failedIDs.slice(0, maxReplacements - record.replaced.length);
    if (nodes.failed - chosen.length > need.wanted - need.needed) break;
    record = { ...record, known: own, foreign: others.filter((id) => record?.replaced.includes(id) !== true) };
    try {
      await replaceNodes(record, chosen, { clusterID, markerKey: marker.key, set, untilMs, progress });
    } catch (error) {
      if (isCancellation(error) || !(error instanceof TemporalFailure)) throw error;
      const { message } = describeFailure(error, 'CreateRefused');
      throw failure(nodesFailed(clusterID, nodes, `; they could not be replaced: ${message}`));
    }
    report = await watch(record);
  }
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

function nodesFailed(clusterID: string, nodes: ClusterNodes, more = ''): OperationFailure {
  const { wanted, failed, reasons = [], failedNodes = [] } = nodes;
  const [first] = reasons;
  const suggestion = failedNodes.find((node) => node.suggestion !== undefined)?.suggestion;
  const why = reasons.slice(0, reasonsTold).map(reasonText).join('; ') || 'the service gave no reason';
  return {
    type: 'NodesFailed',
    message: `${failed} of ${wanted} nodes of ${clusterID} failed: ${why}${more}`,
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
