import type { CceClient } from '../cce/client.ts';
import type { SecretReader } from '../cce/secrets.ts';
import { deleteCluster } from './delete-cluster.ts';
import { findClusters } from './find-clusters.ts';
import { submitCluster } from './submit-cluster.ts';
import { validateCluster } from './validate-cluster.ts';
import { watchCluster, type ReportStep } from './watch-cluster.ts';

export interface ActivityDependencies {
  cce: CceClient;
  /** Where `{fromEnv}` and `{fromFile}` references of a spec are read, at the moment of the request. */
  secrets: SecretReader;
  /** Tells a workflow that its cluster's current step or phase changed. */
  reportStep: ReportStep;
  /** Between two polls of one cluster, in milliseconds; jittered by a tenth. */
  pollIntervalMs: number;
}

/**
 * All activities, bound to one account's API client. An object literal, since the worker registers own properties only:
 * methods of a class instance would silently be missing.
 */
export function createActivities(dependencies: ActivityDependencies) {
  return {
    validateCluster: validateCluster(dependencies),
    findClusters: findClusters(dependencies),
    submitCluster: submitCluster(dependencies),
    watchCluster: watchCluster(dependencies),
    deleteCluster: deleteCluster(dependencies),
  };
}

export type Activities = ReturnType<typeof createActivities>;
