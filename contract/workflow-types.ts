/**
 * The names of all workflows. Temporal stores one with each execution, so a name outlives the build that started it.
 *
 * `test/workflows/workflow-types.test.ts` holds them against what `workflows/index.ts` exports.
 */
export const workflowTypes = {
  batchPage: 'batchPage',
  changeApproval: 'changeApproval',
  checkRequest: 'checkRequest',
  clusterBatch: 'clusterBatch',
  createCluster: 'createCluster',
  deleteCluster: 'deleteCluster',
  kubeconfigRequest: 'kubeconfigRequest',
  reconcileClusters: 'reconcileClusters',
  setProtection: 'setProtection',
  teardownSweep: 'teardownSweep',
  webhook: 'webhook',
  webhookDelivery: 'webhookDelivery',
} as const;
