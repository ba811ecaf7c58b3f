export { createCluster } from './create-cluster.ts';
export { deleteCluster } from './delete-cluster.ts';
