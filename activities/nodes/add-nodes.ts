import { cancellationSignal, CancelledFailure, log } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { CceClient } from '../../cce/client.ts';
import type { InstanceSet } from '../../cce/instance-spec.ts';
import { createSecretFilter, resolveSecrets, secretsOf, type SecretReader } from '../../cce/secrets.ts';
import { withCallFailures, withoutEffect } from '../api/call-failure.ts';
import { isRepeated, sentBefore, withoutSecrets } from '../create/submit-cluster.ts';
import { listNodes } from './list-nodes.ts';
import { isStanding, ownNodes, type NodeClaim } from './own-nodes.ts';

export interface AddNodesInput extends NodeClaim {
  clusterID: string;
  /** The configuration of the nodes; its count does not matter. */
  set: InstanceSet;
  /** How many nodes may be added, whatever a list shows: it may lack some. */
  most: number;
  /** Look, and send nothing: what a request made whose answer was lost may show late. */
  onlyLooks: boolean;
  /**
   * Whether nodes that the create does not know may be its own, since the outcome of a request is open. Before that, they are of
   * somebody else.
   */
  takesIn?: boolean;
}

/**
 * - `waitsFor`: the IDs of nodes that are to be replaced and are there still. Nothing was sent. Absent if there are none.
 * - `failedAgain`: those of them that nobody seems to delete. Absent if there are none.
 * - `standing`: the IDs of the nodes that the create asked for, as far as the look before has shown them.
 * - `others`: the IDs of the other nodes that are to stay.
 * - `requested`: how many nodes the service was asked for. 0: none was missing, or allowed.
 * - `added`: their IDs, as far as the service told them.
 */
export interface AddedNodes {
  waitsFor?: string[];
  failedAgain?: string[];
  standing: string[];
  others: string[];
  requested?: number;
  added?: string[];
}

/**
 * Looks which nodes are missing, and asks once for as many, never for more: nodes that are on their way count as there. The
 * workflow looks again after every failure that leaves the outcome open, as for a cluster.
 */
export function addNodes({ cce, secrets }: { cce: CceClient; secrets: SecretReader }) {
  return async ({ clusterID, set, most, onlyLooks, takesIn = false, ...claim }: AddNodesInput): Promise<AddedNodes> => {
    if (isRepeated() && !onlyLooks) throw sentBefore();
    const startedAt = performance.now();
    const nodes = await withCallFailures(() => listNodes(cce, clusterID, cancellationSignal()));
    const { wanted, known = [], replaced = [] } = claim;
    const left = nodes.filter(({ cceInstanceID, state }) => state !== 'gone' && replaced.includes(cceInstanceID));
    const waitsFor = left.map(({ cceInstanceID }) => cceInstanceID);
    const failedAgain = left.filter(({ state }) => state === 'failed').map(({ cceInstanceID }) => cceInstanceID);
    const own = ownNodes(nodes, takesIn ? claim : { ...claim, wanted: 0 });
    const standing = own.map(({ cceInstanceID }) => cceInstanceID);
    const others = nodes
      .filter((node) => isStanding(node) && !replaced.includes(node.cceInstanceID))
      .map(({ cceInstanceID }) => cceInstanceID)
      .filter((id) => !standing.includes(id));
    const seen = { standing, others };
    if (waitsFor.length > 0) return { ...seen, waitsFor, ...(failedAgain.length > 0 && { failedAgain }) };
    // A known node that the list lacks is not missing: lists lag.
    const count = Math.min(wanted - new Set([...known, ...standing]).size, most);
    if (count <= 0 || onlyLooks) return { ...seen, requested: 0 };
    const resolved = resolveSet({ ...set, count }, secrets);
    if (performance.now() - startedAt > sendWithinMs) {
      throw withoutEffect('POST', 'the worker was held up and did not send the request');
    }
    if (cancellationSignal().aborted) throw new CancelledFailure('cancelled before the request was sent');
    try {
      const { cceInstanceIDs = [] } = await withCallFailures(() => cce.addInstances(clusterID, [resolved]));
      log.info('the service adds nodes', { clusterID, added: cceInstanceIDs });
      return { ...seen, requested: count, added: cceInstanceIDs.filter((id) => id !== undefined) };
    } catch (error) {
      throw withoutSecrets(error, createSecretFilter(secretsOf(resolved), secrets));
    }
  };
}

function resolveSet(set: InstanceSet, secrets: SecretReader): InstanceSet {
  try {
    return resolveSecrets(set, secrets) as InstanceSet;
  } catch (error) {
    throw ApplicationFailure.nonRetryable(error instanceof Error ? error.message : String(error), 'SecretUnavailable');
  }
}

/** As for a cluster: together with the turn and the request, this stays below the time limit of the attempt. */
const sendWithinMs = 15_000;
