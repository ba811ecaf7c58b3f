import type { PollTrouble, ReportSequence, Step } from './current-step.ts';
import { reasonsOf, type ClusterNodes, type FailedNode, type NodeFailureReason } from './nodes.ts';
import { isRecord, isSequence, readSteps, readTrouble } from './read-details.ts';

/**
 * What a watch has seen of the nodes of its cluster: `watchedNodes` in the heartbeat details of `watchNodes`. Temporal shows
 * it to whoever describes the operation, without waking the workflow.
 */
export interface WatchedNodes {
  clusterID: string;
  nodes: ClusterNodes;
  /** The steps of the cluster itself, which are over: whoever reads this need not ask the workflow. */
  steps: Step[];
  /** When the create began to wait for nodes, in milliseconds since the epoch. */
  sinceMs: number;
  /** When the watch was scheduled, its attempt, and the number of its look. */
  sequence: ReportSequence;
  /** When the counts last changed, RFC 3339. */
  changedAt: string;
  /** Present while looks fail. */
  pollTrouble?: PollTrouble;
}

/** Reads heartbeat details of any build. `undefined` if they do not say what the watch has seen. */
export function readWatchedNodes(details: unknown): WatchedNodes | undefined {
  const watched = isRecord(details) ? details['watchedNodes'] : undefined;
  if (!isRecord(watched)) return undefined;
  const { clusterID, sinceMs, sequence, changedAt } = watched;
  const nodes = readNodes(watched['nodes']);
  const steps = readSteps(watched['steps']);
  if (nodes === undefined || steps === undefined || typeof sinceMs !== 'number') return undefined;
  if (typeof clusterID !== 'string' || typeof changedAt !== 'string') return undefined;
  if (!isSequence(sequence) || Number.isNaN(Date.parse(changedAt))) return undefined;
  const pollTrouble = readTrouble(watched['pollTrouble']);
  return { clusterID, nodes, steps, sinceMs, sequence, changedAt, ...(pollTrouble !== undefined && { pollTrouble }) };
}

function readNodes(nodes: unknown): ClusterNodes | undefined {
  if (!isRecord(nodes)) return undefined;
  const { wanted, ready, beingMade, failed, replaced, failedNodes, reasons } = nodes;
  if (typeof wanted !== 'number' || typeof ready !== 'number') return undefined;
  if (typeof beingMade !== 'number' || typeof failed !== 'number') return undefined;
  const read = Array.isArray(failedNodes) ? failedNodes.flatMap(readFailedNode) : [];
  // Failed nodes that are too long are left out, and then the reasons stand alone.
  const why = read.length === 0 && Array.isArray(reasons) ? reasons.flatMap(readReason) : reasonsOf(read);
  return {
    wanted,
    ready,
    beingMade,
    failed,
    ...(typeof replaced === 'number' && { replaced }),
    ...(read.length > 0 && { failedNodes: read }),
    ...(why.length > 0 && { reasons: why }),
  };
}

function readFailedNode(node: unknown): FailedNode[] {
  if (!isRecord(node) || typeof node['cceInstanceID'] !== 'string') return [];
  const { cceInstanceID, instanceID, step, code, message, suggestion } = node;
  return [
    {
      cceInstanceID,
      ...(typeof instanceID === 'string' && { instanceID }),
      ...(typeof step === 'string' && { step }),
      ...(typeof code === 'string' && { code }),
      ...(typeof message === 'string' && { message }),
      ...(typeof suggestion === 'string' && { suggestion }),
    },
  ];
}

function readReason(reason: unknown): NodeFailureReason[] {
  if (!isRecord(reason) || typeof reason['count'] !== 'number') return [];
  const { count, step, code, message } = reason;
  return [
    {
      count,
      ...(typeof step === 'string' && { step }),
      ...(typeof code === 'string' && { code }),
      ...(typeof message === 'string' && { message }),
    },
  ];
}
