import type { Cluster } from '../../cce/cluster.ts';
import type { KubeconfigCluster, KubeconfigInput, KubeconfigRequest } from '../../contract/kubeconfig.ts';
import { withCallFailures } from '../api/call-failure.ts';
import { findCluster, refusal, type FindClusterDependencies } from './find-cluster.ts';
import { readRequest, type RequestDependencies } from './kubeconfig-request.ts';

/**
 * Finds the cluster of a request for a kubeconfig, and checks that it can have one. It changes nothing, so Temporal may repeat
 * it.
 *
 * Fails as {@link readRequest} and {@link findCluster} do, and with `ClusterNotRunning` or `NoPublicAddress`.
 */
export function findKubeconfigCluster(dependencies: FindClusterDependencies & RequestDependencies) {
  return async ({ request: sealedRequest }: KubeconfigInput): Promise<KubeconfigCluster> => {
    const request = await readRequest(dependencies, sealedRequest);
    const cluster = await withCallFailures(() => findCluster(dependencies, request.target));
    requireUsable(cluster, request);
    const { clusterID, clusterName } = cluster.spec;
    const { eip, vpcIP } = cluster.status.clusterBLB ?? {};
    const address = request.type === 'public' ? eip : vpcIP;
    return { clusterID, clusterName, ...(address !== undefined && address !== '' && { address }) };
  };
}

/** Refuses what the service could only refuse or, worse, answer with a kubeconfig that reaches nothing. */
function requireUsable({ spec, status }: Cluster, { type }: KubeconfigRequest): void {
  const { clusterPhase } = status;
  const problem = phaseProblems[clusterPhase];
  if (problem !== undefined) {
    const [state, advice] = problem;
    throw refusal({
      type: 'ClusterNotRunning',
      message: `${spec.clusterID} ${state} (phase ${clusterPhase}), so it has no kubeconfig`,
      ...(advice !== undefined && { advice }),
    });
  }
  if (type === 'public' && !status.clusterBLB?.eip) {
    throw refusal({
      type: 'NoPublicAddress',
      message: `the API server of ${spec.clusterID} has no public address`,
      advice:
        spec.masterConfig?.exposedPublic === true
          ? 'wait until the service shows it, or ask for the address inside the VPC'
          : 'ask for the address inside the VPC, or give the API server a public one',
    });
  }
}

const isMade = ['is still being created', 'wait until it runs'] as const;

/** In any other phase the cluster has run, or is of a kind that only the service knows. */
const phaseProblems: Partial<Record<string, readonly [state: string, advice?: string]>> = {
  pending: isMade,
  provisioning: isMade,
  provisioned: isMade,
  create_failed: ['could not be created'],
  delete_failed: ['could not be deleted'],
};
