import { cancellationSignal } from '@temporalio/activity';
import diff from 'microdiff';
import type { CceClient } from '../../cce/client.ts';
import type { CreateClusterRequest } from '../../cce/create-cluster.ts';
import { withCallFailures } from '../api/call-failure.ts';

/**
 * Lists the fields in which a cluster differs from a request, as far as the service shows them: it shows neither masters
 * nor nodes. Fields that the request leaves out and the service fills in are not differences.
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
