import type { MetricMeter, PayloadCodec } from '@temporalio/common';
import type { CceClient } from '../cce/client.ts';
import { phaseDuringDelete } from '../cce/phases.ts';
import type { SecretReader } from '../cce/secrets.ts';
import type { BatchActivities } from '../contract/batch/activities.ts';
import type { BatchItem } from '../contract/batch/item.ts';
import type { BatchUpload } from '../contract/batch/upload.ts';
import type { CreateRun } from '../contract/reconcile.ts';
import type { WebhookActivities } from '../contract/webhook/activities.ts';
import { urgencyInActivity, urgencyInWatch, withBudget } from './api/budgeted-client.ts';
import { createClusterList } from './api/cluster-list.ts';
import { withBudgetMetrics } from './api/metered-budget.ts';
import { withMetrics } from './api/metered-client.ts';
import { createRequestBudget, urgencies } from './api/request-budget.ts';
import { outsideOfTraces, withSpans } from './api/traced-client.ts';
import { withHeartbeats } from './api/with-heartbeats.ts';
import { holdBack } from './batch/hold-back.ts';
import { checkBatch } from './check/check-batch.ts';
import { checkRequest } from './check/check-request.ts';
import { setProtection } from './cluster/set-protection.ts';
import { findKubeconfigCluster } from './cluster/find-kubeconfig-cluster.ts';
import { issueKubeconfig } from './cluster/issue-kubeconfig.ts';
import { compareSpec } from './create/compare-spec.ts';
import { findClusters } from './create/find-clusters.ts';
import type { FindOpenDeletes } from './create/open-deletes.ts';
import { submitCluster } from './create/submit-cluster.ts';
import { validateCluster } from './create/validate-cluster.ts';
import { deleteCluster } from './delete/delete-cluster.ts';
import type { StartApprovedDelete } from './delete/start-approved-delete.ts';
import { createOverdueDeletions } from './delete/overdue-deletions.ts';
import type { IsWorkflowOpen } from './delete/throw-if-nobody-waits.ts';
import { addNodes } from './nodes/add-nodes.ts';
import { deleteFailedNodes } from './nodes/delete-failed-nodes.ts';
import { watchNodes } from './nodes/watch-nodes.ts';
import { findTeardownTargets } from './sweep/find-teardown-targets.ts';
import { listMarkedClusters } from './sweep/list-marked-clusters.ts';
import { withFollowerMetrics, withStepMetrics } from './watch/metered-watch.ts';
import { forInstallation } from './api/installation-client.ts';
import { createPhaseTicker } from './watch/phase-ticker.ts';
import { lookAtCluster } from './watch/look-at-cluster.ts';
import { watchCluster, type ReportStep } from './watch/watch-cluster.ts';

export interface ActivityDependencies {
  cce: CceClient;
  /** Reads the `{fromEnv}` and `{fromFile}` references of a spec at the time of the request. */
  secrets: SecretReader;
  /** Reports to a workflow that its cluster's current step or phase has changed. */
  reportStep: ReportStep;
  /** Lists all runs of the creates with these workflow IDs that are within Temporal's retention time. */
  describeCreates: (input: { workflowIDs: string[] }) => Promise<CreateRun[]>;
  isWorkflowOpen: IsWorkflowOpen;
  /** Finds our deletes, queued or under way, of a name and of the clusters that have it. */
  findOpenDeletes: FindOpenDeletes;
  /** Starts a delete that has been approved. */
  startApprovedDelete: StartApprovedDelete;
  /** Reads one item of a batch. */
  readItem: (upload: BatchUpload, index: number) => Promise<BatchItem>;
  /** The activities of batches, which call Temporal only. */
  batches: BatchActivities;
  /** The activities of webhooks, which call Temporal and receivers. */
  webhooks: WebhookActivities;
  /** The pause between two polls of one cluster, in milliseconds, before jitter. */
  pollIntervalMs: number;
  /** How long reads of the service are assumed to lag at most, in milliseconds. @default 90_000 */
  longestLagMs?: number;
  /** The codecs of this worker's data converter. */
  payloadCodecs: readonly PayloadCodec[];
  /** Hands over kubeconfigs although this worker encrypts nothing. @default false */
  unencryptedKubeconfigs?: boolean;
  /** The name of this installation, which the markers of its clusters carry. */
  installation: string;
  /** The limit for API calls of all activities together, in calls per second. */
  maximumRequestsPerSecond: number;
  /** The SDK's meter, which serves our metrics together with its own. */
  meter: MetricMeter;
}

/**
 * How long a call of a short activity waits for its turn. Together with the 30 s of a request this stays below the 90 s of
 * an attempt: a create whose turn does not come must end as one that was not sent.
 */
const turnLimitMs = 30_000;

/**
 * Creates all activities of one account. Returns an object literal, since the worker registers own properties only: it
 * would silently skip the methods of a class instance.
 */
export function createActivities(dependencies: ActivityDependencies) {
  const { meter } = dependencies;
  const service = withMetrics(withSpans(forInstallation(dependencies.cce, dependencies.installation)), meter);
  const budget = withBudgetMetrics(createRequestBudget(dependencies), meter);
  const watching = withBudget(service, { budget, urgencyOf: urgencyInWatch });
  const list = createClusterList(watching, { restMs: dependencies.pollIntervalMs / 4 });
  const listForAll = { ...list, pass: () => outsideOfTraces(list.pass) };
  const phases = withFollowerMetrics(createPhaseTicker(listForAll, dependencies), meter);
  const cce = withBudget(service, { budget, urgencyOf: urgencyInActivity, turnLimitMs });
  const overdue = createOverdueDeletions(meter);
  const budgeted = { ...dependencies, cce, findClusters: findClusters({ cce, list }) };
  const urgent = withBudget(service, { budget, urgencyOf: () => urgencies.operation });
  return {
    validateCluster: validateCluster(dependencies),
    compareSpec: compareSpec(budgeted),
    findClusters: overdue(
      withHeartbeats(budgeted.findClusters),
      ({ clusterName }) => clusterName,
      () => true,
    ),
    submitCluster: withHeartbeats(submitCluster(budgeted)),
    lookAtCluster: withHeartbeats(lookAtCluster(budgeted)),
    watchCluster: overdue(
      withStepMetrics(watchCluster({ ...dependencies, cce: watching, budget, phases }), meter),
      ({ clusterID }) => clusterID,
      ({ clusterPhase }) => phaseDuringDelete(clusterPhase) === 'succeeded',
    ),
    addNodes: withHeartbeats(addNodes(budgeted)),
    deleteFailedNodes: withHeartbeats(deleteFailedNodes(budgeted)),
    watchNodes: watchNodes({ ...dependencies, cce: watching, budget, phases }),
    deleteCluster: overdue(
      withHeartbeats(deleteCluster(budgeted)),
      ({ clusterID }) => clusterID,
      ({ objection }) => objection !== undefined,
    ),
    checkRequest: withHeartbeats(checkRequest(budgeted)),
    checkBatch: withHeartbeats(checkBatch({ ...budgeted, list })),
    setProtection: withHeartbeats(setProtection(budgeted)),
    listMarkedClusters: withHeartbeats(listMarkedClusters(budgeted)),
    findTeardownTargets: withHeartbeats(findTeardownTargets(budgeted)),
    describeCreates: withHeartbeats(dependencies.describeCreates),
    startApprovedDelete: dependencies.startApprovedDelete,
    findKubeconfigCluster: withHeartbeats(findKubeconfigCluster(budgeted)),
    issueKubeconfig: withHeartbeats(issueKubeconfig(budgeted)),
    ...dependencies.batches,
    ...dependencies.webhooks,
    startItems: holdBack(dependencies.batches.startItems, urgent),
  };
}

export type Activities = ReturnType<typeof createActivities>;
