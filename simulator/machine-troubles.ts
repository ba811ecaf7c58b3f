import type { FaultBook, FaultTarget } from './faults.ts';
import { machineSteps } from './machine-lifecycle.ts';
import type { StepFailure } from './steps.ts';

/** What happens to some machines of a cluster while they are being made. */
export interface MachineTrouble {
  /** The numbers of the machines. */
  numbers: number[];
  /** The step that fails for good. */
  failure?: StepFailure & { step: number };
  /** How much longer the machines take. */
  lateSeconds?: number;
}

/**
 * Draws the faults of new nodes.
 *
 * @param first The number of the first of the new nodes.
 */
export function drawMachineTroubles(
  faults: FaultBook,
  target: FaultTarget,
  first: number,
  count: number,
): MachineTrouble[] {
  if (count === 0) return [];
  return faults.drawAll(target, ['nodes-fail', 'nodes-late', 'out-of-stock']).map((fault): MachineTrouble => {
    const affected = Math.min(count, fault.count ?? Math.round((fault.share ?? 1) * count));
    const numbers = spread(affected, count).map((position) => first + position);
    if (fault.kind === 'nodes-late') return { numbers, lateSeconds: fault.seconds };
    const { code, message, suggestion } = fault;
    const step = fault.kind === 'out-of-stock' ? 0 : positionOf(fault.step);
    return { numbers, failure: { step, code, message, suggestion } };
  });
}

/** Returns evenly spread positions, so that a share affects all sets of nodes alike. */
function spread(affected: number, count: number): number[] {
  return Array.from({ length: affected }, (_, index) => Math.floor(((index + 0.5) * count) / affected));
}

function positionOf(step: number | string): number {
  return typeof step === 'number' ? step - 1 : machineSteps.findIndex(({ stepName }) => stepName === step);
}
