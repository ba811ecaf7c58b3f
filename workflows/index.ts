export { createCluster } from './create-cluster.ts';
export { deleteCluster } from './delete-cluster.ts';
export { reconcileClusters } from './reconcile-clusters.ts';
