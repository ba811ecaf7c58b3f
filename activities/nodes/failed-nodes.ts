import type { CceClient } from '../../cce/client.ts';
import type { EventStep } from '../../cce/event-steps.ts';
import { mostFailedNodes, type FailedNode } from '../../contract/nodes.ts';
import { shortText } from '../api/short-text.ts';
import type { SeenNode } from './own-nodes.ts';

/** Finds out why nodes failed. */
export interface FailedNodes {
  /** The failed nodes with their reasons, but no more than {@link mostFailedNodes} of them. */
  describe: (failed: readonly SeenNode[]) => Promise<FailedNode[]>;
}

/** How often a node is asked about that gives no reason: each time after twice as many looks as before. */
const mostTries = 5;

/** How many nodes are asked about again in one look. */
const repeatedCalls = 2;

/**
 * Asks for the event steps of each failed node, which the service gives the reason in and nowhere else: once, if they give one. A
 * node whose steps cannot be read, or have no reason yet, is asked about a few times more.
 *
 * @param clean Removes secrets from the service's messages.
 */
export function createFailedNodes(
  cce: Pick<CceClient, 'getInstanceEventSteps'>,
  clean: (text: string) => string,
  signal: AbortSignal,
): FailedNodes {
  /** `nextLook` is absent once a node is not asked about any more. */
  const known = new Map<string, { node: FailedNode; tries: number; nextLook?: number }>();
  let look = 0;

  async function ask({ cceInstanceID, instanceID }: SeenNode): Promise<void> {
    const { tries: before = 0, node = { cceInstanceID, ...(instanceID !== undefined && { instanceID }) } } =
      known.get(cceInstanceID) ?? {};
    const tries = before + 1;
    const reason = await reasonOf(cceInstanceID);
    const isOver = reason.code !== undefined || reason.message !== undefined || tries >= mostTries;
    known.set(cceInstanceID, {
      node: { ...node, ...reason },
      tries,
      ...(!isOver && { nextLook: look + 2 ** (tries - 1) }),
    });
  }

  async function reasonOf(cceInstanceID: string): Promise<Partial<FailedNode>> {
    try {
      const { steps } = await cce.getInstanceEventSteps(cceInstanceID, { signal });
      return reasonIn(steps, clean);
    } catch {
      // For people only: the node has failed all the same.
      signal.throwIfAborted();
      return {};
    }
  }

  return {
    async describe(failed) {
      look++;
      const described = failed
        .toSorted((left, right) => (left.cceInstanceID < right.cceInstanceID ? -1 : 1))
        .slice(0, mostFailedNodes);
      const isNew = ({ cceInstanceID }: SeenNode) => !known.has(cceInstanceID);
      const isDue = ({ cceInstanceID }: SeenNode) => (known.get(cceInstanceID)?.nextLook ?? Infinity) <= look;
      await Promise.all([...described.filter(isNew), ...described.filter(isDue).slice(0, repeatedCalls)].map(ask));
      return described.flatMap(({ cceInstanceID }) => known.get(cceInstanceID)?.node ?? []);
    },
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
    step: shortText(step.stepName),
    ...(code !== undefined && { code: shortText(clean(code)) }),
    ...(message !== undefined && { message: shortText(clean(message)) }),
    ...(suggestion !== undefined && { suggestion: shortText(clean(suggestion)) }),
  };
}
