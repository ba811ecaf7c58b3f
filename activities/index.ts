import type { MetricMeter } from '@temporalio/common';
import type { CceClient } from '../cce/client.ts';
import type { SecretReader } from '../cce/secrets.ts';
import type { BatchActivities } from '../contract/batch/upload.ts';
import type { CreateRun } from '../contract/reconcile.ts';
import { urgencyInActivity, urgencyInWatch, withBudget } from './api/budgeted-client.ts';
import { createClusterList } from './api/cluster-list.ts';
import { withBudgetMetrics } from './api/metered-budget.ts';
import { withMetrics } from './api/metered-client.ts';
import { createRequestBudget } from './api/request-budget.ts';
import { outsideOfTraces, withSpans } from './api/traced-client.ts';
import { compareSpec } from './create/compare-spec.ts';
import { findClusters } from './create/find-clusters.ts';
import { submitCluster } from './create/submit-cluster.ts';
import { validateCluster } from './create/validate-cluster.ts';
import { deleteCluster } from './delete/delete-cluster.ts';
import { findTeardownTargets } from './sweep/find-teardown-targets.ts';
import { listMarkedClusters } from './sweep/list-marked-clusters.ts';
import { withFollowerMetrics, withStepMetrics } from './watch/metered-watch.ts';
import { createPhaseTicker } from './watch/phase-ticker.ts';
import { watchCluster, type ReportStep } from './watch/watch-cluster.ts';

export interface ActivityDependencies {
  cce: CceClient;
  /** Where `{fromEnv}` and `{fromFile}` references of a spec are read, at the moment of the request. */
  secrets: SecretReader;
  /** Tells a workflow that its cluster's current step or phase changed. */
  reportStep: ReportStep;
  /** What Temporal knows of the creates with these workflow IDs, all runs within its retention. */
  describeCreates: (input: { workflowIDs: string[] }) => Promise<CreateRun[]>;
  /** What batches need to know and to do in Temporal. */
  batches: BatchActivities;
  /** Between two polls of one cluster, in milliseconds; jittered by a tenth. */
  pollIntervalMs: number;
  /** How many calls of the API all activities together may make. */
  maximumRequestsPerSecond: number;
  /** Of the SDK, which serves our metrics with its own. */
  meter: MetricMeter;
}

/**
 * How long a call of a short activity waits for its turn. Together with the 30 s of a request below the 90 s of an
 * attempt: a create whose turn does not come must end as one that was not sent.
 */
const turnLimitMs = 30_000;

/**
 * All activities, bound to one account's API client. An object literal, since the worker registers own properties only:
 * methods of a class instance would silently be missing.
 */
export function createActivities(dependencies: ActivityDependencies) {
  const { meter } = dependencies;
  const service = withMetrics(withSpans(dependencies.cce), meter);
  const budget = withBudgetMetrics(createRequestBudget(dependencies), meter);
  const watching = withBudget(service, { budget, urgencyOf: urgencyInWatch });
  const list = createClusterList(watching, { restMs: dependencies.pollIntervalMs / 4 });
  const listForAll = { ...list, pass: () => outsideOfTraces(list.pass) };
  const phases = withFollowerMetrics(createPhaseTicker(listForAll, dependencies), meter);
  const cce = withBudget(service, { budget, urgencyOf: urgencyInActivity, turnLimitMs });
  const budgeted = { ...dependencies, cce, findClusters: findClusters({ cce, list }) };
  return {
    validateCluster: validateCluster(dependencies),
    compareSpec: compareSpec(budgeted),
    findClusters: budgeted.findClusters,
    submitCluster: submitCluster(budgeted),
    watchCluster: withStepMetrics(watchCluster({ ...dependencies, cce: watching, budget, phases }), meter),
    deleteCluster: deleteCluster(budgeted),
    listMarkedClusters: listMarkedClusters(budgeted),
    findTeardownTargets: findTeardownTargets(budgeted),
    describeCreates: dependencies.describeCreates,
    ...dependencies.batches,
  };
}

export type Activities = ReturnType<typeof createActivities>;
