import { activityInfo } from '@temporalio/activity';
import { CceApiError } from '../../cce/cce-api-error.ts';
import { CceNetworkError } from '../../cce/cce-network-error.ts';
import type { CceClient } from '../../cce/client.ts';
import { urgencies, type RequestBudget, type Urgency } from './request-budget.ts';
import { wrapCalls } from './wrap-calls.ts';

export interface BudgetOptions {
  budget: RequestBudget;
  /** Asked at each call, in the context of the caller. */
  urgencyOf: (call: keyof CceClient) => Urgency;
  /**
   * How long a call waits for its turn, in milliseconds. One that waits longer fails with a CceNetworkError that proves
   * that nothing was sent.
   *
   * @default Infinity
   */
  turnLimitMs?: number;
}

/** A client each of whose calls waits until the budget allows it. The wait is no part of a request's time limit. */
export function withBudget(cce: CceClient, options: BudgetOptions): CceClient {
  const { budget, urgencyOf, turnLimitMs = Infinity } = options;

  return wrapCalls(cce, async (call, { signal }, send) => {
    const askedAtMs = performance.now();
    const isInTime = await budget.take(urgencyOf(call), {
      ...(signal !== undefined && { signal }),
      waitLimitMs: turnLimitMs,
    });
    // Looked at again, since a worker that was frozen meanwhile may get a turn that is long over.
    if (!isInTime || performance.now() - askedAtMs > turnLimitMs) throw notSent(call, turnLimitMs);
    try {
      return await send();
    } catch (error) {
      if (error instanceof CceApiError && error.kind === 'throttled') budget.noteThrottled();
      throw error;
    }
  });
}

/** Of the short activities: by what they ask, and by the priority of the workflow that they ask it for. */
export function urgencyInActivity(call: keyof CceClient): Urgency {
  // Absent or 0 is the default of Temporal, 3.
  const { priorityKey = 0 } = activityInfo().priority ?? {};
  const isDeletion = call === 'deleteCluster';
  if (priorityKey <= 3) return isDeletion ? urgencies.deletion : urgencies.operation;
  if (isDeletion) return urgencies.batchDeletion;
  return priorityKey === 4 ? urgencies.batch : urgencies.sweep;
}

/** Of the watches. That a cluster may be over counts more than the step that it is at. */
export function urgencyInWatch(call: keyof CceClient): Urgency {
  if (call === 'listClusters') return urgencies.list;
  return call === 'getEventSteps' ? urgencies.steps : urgencies.batch;
}

function notSent(call: keyof CceClient, turnLimitMs: number): CceNetworkError {
  return new CceNetworkError({
    ...requests[call],
    message: `not sent: the budget of requests had no room for it in ${turnLimitMs / 1000} s`,
    possiblyReceived: false,
  });
}

const requests = {
  createCluster: { method: 'POST', path: 'cluster' },
  listClusters: { method: 'GET', path: 'clusters' },
  getCluster: { method: 'GET', path: 'cluster' },
  deleteCluster: { method: 'DELETE', path: 'cluster' },
  getEventSteps: { method: 'GET', path: 'event' },
} as const satisfies Record<keyof CceClient, { method: string; path: string }>;
