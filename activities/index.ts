import type { CceClient } from '../cce/client.ts';
import type { SecretReader } from '../cce/secrets.ts';
import type { CreateRun } from '../workflows/messages.ts';
import { compareSpec } from './compare-spec.ts';
import { deleteCluster } from './delete-cluster.ts';
import { findClusters } from './find-clusters.ts';
import { listMarkedClusters } from './list-marked-clusters.ts';
import { submitCluster } from './submit-cluster.ts';
import { validateCluster } from './validate-cluster.ts';
import { watchCluster, type ReportStep } from './watch-cluster.ts';

export interface ActivityDependencies {
  cce: CceClient;
  /** Where `{fromEnv}` and `{fromFile}` references of a spec are read, at the moment of the request. */
  secrets: SecretReader;
  /** Tells a workflow that its cluster's current step or phase changed. */
  reportStep: ReportStep;
  /** What Temporal knows of the creates with these workflow IDs, all runs within its retention. */
  describeCreates: (input: { workflowIDs: string[] }) => Promise<CreateRun[]>;
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
    compareSpec: compareSpec(dependencies),
    findClusters: findClusters(dependencies),
    submitCluster: submitCluster(dependencies),
    watchCluster: watchCluster(dependencies),
    deleteCluster: deleteCluster(dependencies),
    listMarkedClusters: listMarkedClusters(dependencies),
    describeCreates: dependencies.describeCreates,
  };
}

export type Activities = ReturnType<typeof createActivities>;
