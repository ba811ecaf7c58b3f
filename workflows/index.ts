import './versioning-behaviors.ts';

export { changeApproval } from './approval/change-approval.ts';
export { batchPage } from './batch/batch-page.ts';
export { clusterBatch } from './batch/cluster-batch.ts';
export { checkRequest } from './cluster/check-request.ts';
export { setProtection } from './cluster/set-protection.ts';
export { kubeconfigRequest } from './cluster/kubeconfig-request.ts';
export { createCluster } from './create/create-cluster.ts';
export { deleteCluster } from './delete/delete-cluster.ts';
export { reconcileClusters } from './sweep/reconcile-clusters.ts';
export { teardownSweep } from './sweep/teardown-sweep.ts';
export { webhookDelivery } from './webhook/webhook-delivery.ts';
export { webhook } from './webhook/webhook.ts';
