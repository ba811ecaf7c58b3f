import { cancellationSignal } from '@temporalio/activity';
import diff from 'microdiff';
import type { CceClient } from '../../cce/client.ts';
import type { CreateClusterRequest } from '../../cce/create-cluster.ts';
import { withCallFailures } from '../api/call-failure.ts';

/**
 * Where a cluster differs from a request, as far as the service tells: it shows neither masters nor nodes, and fills in
 * much that a request leaves open, which is no difference.
 */
export function compareSpec({ cce }: { cce: CceClient }) {
  return async (input: { clusterID: string; request: CreateClusterRequest }): Promise<string[]> =>
    withCallFailures(async () => {
      const { cluster } = await cce.getCluster(input.clusterID, { signal: cancellationSignal() });
      return diff(cluster.spec, input.request.cluster)
        .filter(({ type, path }) => type === 'CHANGE' && path[0] !== 'description')
        .map(({ path }) => `cluster.${path.join('.')}`);
    });
}
