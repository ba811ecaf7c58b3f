import { setWorkflowOptions, workflowInfo } from '@temporalio/workflow';
import type { OperationMemo } from '../contract/operation-memo.ts';
import { versionedWorkersFlag } from '../contract/versioned-workers.ts';
import { changeApproval } from './approval/change-approval.ts';
import { batchPage } from './batch/batch-page.ts';
import { clusterBatch } from './batch/cluster-batch.ts';
import { checkRequest } from './cluster/check-request.ts';
import { setProtection } from './cluster/set-protection.ts';
import { kubeconfigRequest } from './cluster/kubeconfig-request.ts';
import { createCluster } from './create/create-cluster.ts';
import { deleteCluster } from './delete/delete-cluster.ts';
import { reconcileClusters } from './sweep/reconcile-clusters.ts';
import { teardownSweep } from './sweep/teardown-sweep.ts';
import { webhookDelivery } from './webhook/webhook-delivery.ts';
import { webhook } from './webhook/webhook.ts';

/*
 * A workflow that ends within hours stays on the worker version that began it. One that may last longer moves to the
 * current version with its next task; otherwise a version could not be shut down for weeks.
 */
if (versionedWorkersFlag in globalThis) {
  setWorkflowOptions({ versioningBehavior: 'PINNED' }, deleteCluster);
  setWorkflowOptions({ versioningBehavior: 'PINNED' }, setProtection);
  setWorkflowOptions({ versioningBehavior: 'PINNED' }, kubeconfigRequest);
  setWorkflowOptions({ versioningBehavior: 'PINNED' }, checkRequest);
  // A batch continues as new on a new version, as soon as there is one.
  setWorkflowOptions({ versioningBehavior: 'PINNED' }, clusterBatch);
  setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, batchPage);
  setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, reconcileClusters);
  // It may wait for its approval for days.
  setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, changeApproval);
  // A sweep waits for its batch, which may last.
  setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, teardownSweep);
  setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, webhook);
  setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, webhookDelivery);
  setWorkflowOptions(() => {
    const { hasLease = false } = (workflowInfo().memo ?? {}) as OperationMemo;
    return { versioningBehavior: hasLease ? 'AUTO_UPGRADE' : 'PINNED' };
  }, createCluster);
}
