import { ActivityFailure, TemporalFailure, TimeoutFailure } from '@temporalio/common';
import { isCancellation, patched } from '@temporalio/workflow';
import type { NodesReport } from '../../activities/nodes/watch-nodes.ts';
import { secretsOf } from '../../cce/secrets.ts';
import type { CreateClusterInput } from '../../contract/create.ts';
import { nodesText, reasonText, type ClusterNodes } from '../../contract/nodes.ts';
import type { OperationFailure } from '../../contract/operation-failure.ts';
import {
  defaultMaxReplacements,
  defaultNodeTimeoutSeconds,
  leastNodes,
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
export function nodeNeedOf({
  request,
  readiness = 'cluster',
  onNodeFailure,
}: CreateClusterInput): Pick<Creation, 'nodes'> {
  const wanted = wantedNodes(request);
  const target = Math.min(wanted, neededNodes(readiness, wanted) ?? wanted);
  const needed = Math.min(target, leastNodes({ readiness, onNodeFailure }, wanted));
  return target === 0 ? {} : { nodes: { wanted, needed, target } };
}

/**
 * Waits until as many nodes of the running cluster run as the create needs. One activity does that, however many nodes there are
 * and however long it takes.
 *
 * Throws `NodesFailed`, `NodesNotReady`, `DeletedByOthers`, or `Timeout`.
 */
export async function joinNodes(creation: Creation, progress: Progress, options: CreateClusterInput): Promise<void> {
  const { nodes: need, obtained, request, marker } = creation;
  if (need === undefined || obtained === undefined) return;
  // A worker of before may have taken this create further, although its client has asked for nodes.
  if (!patched('joins-nodes')) return;
  const { nodeTimeoutSeconds = defaultNodeTimeoutSeconds } = options;
  const { clusterID, madeBy } = obtained;
  const sinceMs = Date.now();
  progress.enter('joiningNodes');
  progress.seeNodes({ wanted: need.wanted, ready: 0, beingMade: need.wanted, failed: 0 });
  const untilMs = sinceMs + nodeTimeoutSeconds * 1000;
  const isAdopted = madeBy === 'earlierCreate';
  const watch = async (record?: NodeRecord) => {
    const { added: _, isOpen: __, ...claim } = record ?? {};
    const seen = await watchNodes({
      ...need,
      ...claim,
      clusterID,
      isAdopted,
      ...((request.nodeGroups ?? []).length > 0 && { isRefilled: true }),
      sinceMs,
      untilMs,
      steps: progress.view().steps,
      secrets: secretsOf(request),
      ...(record !== undefined && { namesNodes: true }),
    }).catch((error: unknown) => {
      throw isTimeout(error) ? failure(nobodyLooked(clusterID)) : error;
    });
    progress.seeNodes(seen.nodes);
    throwIfCancelled();
    return seen;
  };
  const [set] = request.nodes ?? [];
  const replaces = options.onNodeFailure === 'replace' && !isAdopted && set !== undefined;
  let record: NodeRecord | undefined = replaces
    ? { wanted: need.wanted, known: [], replaced: [], foreign: [], added: 0, isOpen: false }
    : undefined;
  let report = await watch(record);
  while (record !== undefined && set !== undefined && report.verdict === 'failed' && Date.now() < untilMs) {
    const { own = [], others = [], failedIDs = [], nodes } = report;
    const { maxReplacements = defaultMaxReplacements } = options;
    const chosen = failedIDs.slice(0, maxReplacements - record.replaced.length);
    if (nodes.failed - chosen.length > need.wanted - need.needed) break;
    const { replaced } = record;
    const foreign = [...new Set([...record.foreign, ...others])].filter((id) => !replaced.includes(id));
    // The watch has shown as many nodes as are wanted.
    record = { ...record, known: own, foreign, added: replaced.length, isOpen: false };
    try {
      await replaceNodes(record, chosen, { clusterID, markerKey: marker.key, set, untilMs, progress });
    } catch (error) {
      if (isCancellation(error) || !(error instanceof TemporalFailure)) throw error;
      const { message } = describeFailure(error, 'CreateRefused');
      if (record.isOpen) creation.hasUnseenNodes = true;
      // Those that it has deleted itself are not missing.
      else creation.nodes = { ...need, wanted: need.wanted - record.replaced.length + record.added };
      const refused = nodesFailed(clusterID, nodes, `; they could not be replaced: ${message}`);
      throw failure({ ...refused, ...shortage(clusterID, record, `${refused.message}; `) });
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
    case 'unseen':
      creation.hasUnseenNodes = true;
      throw failure({ ...nodesUnseen(clusterID, report), ...shortage(clusterID, record) });
    case 'gone':
      throw failure(clusterGone(clusterID, report, progress));
  }
}

/** After attempts that failed, the cause is the last failure, and only the state of the retries tells of the time limit. */
function isTimeout(error: unknown): boolean {
  return error instanceof ActivityFailure && (error.retryState === 'TIMEOUT' || error.cause instanceof TimeoutFailure);
}

function nobodyLooked(clusterID: string): OperationFailure {
  return {
    type: 'Timeout',
    message: `no worker could tell in time whether the nodes of ${clusterID} run`,
    advice: `${clusterID} is kept; see that a worker of its account and region runs, then create again to wait for the nodes`,
    clusterIDs: [clusterID],
  };
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

/** Says that the create has deleted more nodes than it has added: another create would take the cluster for scaled down. */
function shortage(
  clusterID: string,
  { replaced = [], added = 0 }: Partial<NodeRecord> = {},
  before = '',
): Pick<OperationFailure, 'type' | 'message' | 'advice'> | undefined {
  const missing = replaced.length - added;
  if (missing <= 0) return undefined;
  return {
    type: 'NodesFailed',
    message: `${before}the create deleted ${replaced.join(', ')}, and the service shows no others for ${missing} of them`,
    advice: `unless ${clusterID} is deleted, add ${missing} nodes to it or delete it: another create would not add them`,
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

function nodesUnseen(clusterID: string, { nodes, shown = 0 }: NodesReport): OperationFailure {
  return {
    type: 'NodesNotReady',
    message: `the service shows only ${shown} of ${nodes.wanted} nodes of ${clusterID}, ${nodes.ready} of them ready`,
    advice: `${clusterID} is kept; look at its nodes, then create again to wait for them, or delete it`,
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
