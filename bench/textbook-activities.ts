import type { CceClient } from '../cce/client.ts';
import type { CreateClusterRequest } from '../cce/create-cluster.ts';
import { resolveSecrets, type SecretReader } from '../cce/secrets.ts';

/** Activities that each make one short call. */
export function createTextbookActivities(cce: CceClient, secrets: SecretReader) {
  return {
    createCluster: async (request: CreateClusterRequest): Promise<string> =>
      (await cce.createCluster(resolveSecrets(request, secrets))).clusterID,
    /** Returns only the status, because steps would make the history larger. */
    pollSteps: async (clusterID: string): Promise<string> => (await cce.getEventSteps(clusterID)).status,
  };
}

export type TextbookActivities = ReturnType<typeof createTextbookActivities>;
