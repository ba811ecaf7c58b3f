import { activityInfo } from '@temporalio/activity';
import { CceApiError } from '../../cce/cce-api-error.ts';
import { CceNetworkError } from '../../cce/cce-network-error.ts';
import type { CceClient } from '../../cce/client.ts';
import { urgencies, type RequestBudget, type Urgency } from './request-budget.ts';
import { wrapCalls } from './wrap-calls.ts';

export interface BudgetOptions {
  budget: RequestBudget;
  /** Called for each API call, in the context of the caller. */
  urgencyOf: (call: keyof CceClient) => Urgency;
  /**
   * How long a call waits for its turn, in milliseconds. A call that waits longer fails with a CceNetworkError which
   * says that nothing was sent.
   *
   * @default Infinity
   */
  turnLimitMs?: number;
}

/** Makes each call of a client wait for its turn in the budget. The wait does not count against the request's time limit. */
export function withBudget(cce: CceClient, options: BudgetOptions): CceClient {
  const { budget, urgencyOf, turnLimitMs = Infinity } = options;

  return wrapCalls(cce, async (call, { signal }, send) => {
    const askedAtMs = performance.now();
    const isInTime = await budget.take(urgencyOf(call), {
      ...(signal !== undefined && { signal }),
      waitLimitMs: turnLimitMs,
    });
    // Checked again, since a worker that was frozen meanwhile may receive a turn that ended long ago.
    if (!isInTime || performance.now() - askedAtMs > turnLimitMs) throw notSent(call, turnLimitMs);
    try {
      return await send();
    } catch (error) {
      if (error instanceof CceApiError && error.kind === 'throttled') budget.noteThrottled();
      throw error;
    }
  });
}

/** The urgency of a call in a short activity: follows from the call and from the priority of the workflow. */
export function urgencyInActivity(call: keyof CceClient): Urgency {
  // Temporal treats an absent priority and 0 as its default, 3.
  const { priorityKey = 0 } = activityInfo().priority ?? {};
  // What a deletion leaves behind is listed right before it.
  const isDeletion = call === 'deleteCluster' || call === 'listInstances' || call === 'deleteInstances';
  if (priorityKey <= 3) return isDeletion ? urgencies.deletion : urgencies.operation;
  if (isDeletion) return urgencies.batchDeletion;
  return priorityKey === 4 ? urgencies.batch : urgencies.sweep;
}

/** The urgency of a call in a watch: whether a cluster is finished matters more than the step that it is at. */
export function urgencyInWatch(call: keyof CceClient): Urgency {
  if (call === 'listClusters') return urgencies.list;
  return call === 'getEventSteps' || call === 'getInstanceEventSteps' ? urgencies.steps : urgencies.batch;
}

function notSent(call: keyof CceClient, turnLimitMs: number): CceNetworkError {
  return new CceNetworkError({
    ...requests[call],
    message: `not sent: the request budget had no room for it within ${turnLimitMs / 1000} s`,
    possiblyReceived: false,
  });
}

const requests = {
  createCluster: { method: 'POST', path: 'cluster' },
  listClusters: { method: 'GET', path: 'clusters' },
  getCluster: { method: 'GET', path: 'cluster' },
  deleteCluster: { method: 'DELETE', path: 'cluster' },
  getEventSteps: { method: 'GET', path: 'event' },
  listInstances: { method: 'GET', path: 'instances' },
  getInstanceEventSteps: { method: 'GET', path: 'event/instance' },
  addInstances: { method: 'POST', path: 'instances' },
  deleteInstances: { method: 'PUT', path: 'instances' },
  getClusterQuota: { method: 'GET', path: 'quota/cluster' },
  getNodeQuota: { method: 'GET', path: 'quota/node' },
  getKubeconfig: { method: 'GET', path: 'kubeconfig' },
  createTemporaryKubeconfig: { method: 'POST', path: 'rbac' },
  setForbidDelete: { method: 'PUT', path: 'forbiddelete' },
  checkContainerNetworkCIDR: { method: 'POST', path: 'check_container_network_cidr' },
  checkClusterIPCIDR: { method: 'POST', path: 'check_clusterip_cidr' },
  recommendContainerCIDR: { method: 'POST', path: 'recommend_container_cidr' },
  recommendClusterIPCIDR: { method: 'POST', path: 'recommend_clusterip_cidr' },
  listMachineSpecs: { method: 'POST', path: 'machine-specs' },
} as const satisfies Record<keyof CceClient, { method: string; path: string }>;
