import type { CceClient } from '../../cce/client.ts';
import type { EventStep } from '../../cce/event-steps.ts';
import { mostFailedNodes, type FailedNode } from '../../contract/nodes.ts';
import type { SeenNode } from './own-nodes.ts';

/** Finds out why nodes failed. */
export interface FailedNodes {
  /** The failed nodes with their reasons, but no more than {@link mostFailedNodes} of them. */
  describe: (failed: readonly SeenNode[]) => Promise<FailedNode[]>;
}

/**
 * Asks once for the event steps of each failed node, which the service gives the reason in and nowhere else. A node whose
 * steps cannot be read has no reason, and is asked for again.
 *
 * @param clean Removes secrets from the service's messages.
 */
export function createFailedNodes(
  cce: Pick<CceClient, 'getInstanceEventSteps'>,
  clean: (text: string) => string,
  signal: AbortSignal,
): FailedNodes {
  const known = new Map<string, FailedNode>();

  async function describeOne({ cceInstanceID, instanceID }: SeenNode): Promise<FailedNode> {
    const before = known.get(cceInstanceID);
    if (before !== undefined) return before;
    const node = { cceInstanceID, ...(instanceID !== undefined && { instanceID }) };
    try {
      const { steps } = await cce.getInstanceEventSteps(cceInstanceID, { signal });
      const described = { ...node, ...reasonIn(steps, clean) };
      known.set(cceInstanceID, described);
      return described;
    } catch {
      // For people only: the node has failed all the same.
      signal.throwIfAborted();
      return node;
    }
  }

  return {
    describe: (failed) =>
      Promise.all(
        failed
          .toSorted((left, right) => (left.cceInstanceID < right.cceInstanceID ? -1 : 1))
          .slice(0, mostFailedNodes)
          .map(describeOne),
      ),
  };
}

function reasonIn(
  steps: readonly EventStep[],
  clean: (text: string) => string,
): Omit<FailedNode, 'cceInstanceID' | 'instanceID'> {
  const step = steps.find(({ stepStatus }) => stepStatus === 'failed') ?? steps.findLast(({ errInfo }) => errInfo);
  if (step === undefined) return {};
  const { code, message, suggestion } = step.errInfo ?? {};
  return {
    step: step.stepName,
    ...(code !== undefined && { code: clean(code) }),
    ...(message !== undefined && { message: clean(message) }),
    ...(suggestion !== undefined && { suggestion: clean(suggestion) }),
  };
}
