import './versioning-behaviors.ts';

export { batchPage } from './batch-page.ts';
export { clusterBatch } from './cluster-batch.ts';
export { createCluster } from './create-cluster.ts';
export { deleteCluster } from './delete-cluster.ts';
export { reconcileClusters } from './reconcile-clusters.ts';
export { teardownSweep } from './teardown-sweep.ts';
