import { setWorkflowOptions, workflowInfo } from '@temporalio/workflow';
import type { OperationMemo } from '../contract/operation-memo.ts';
import { versionedWorkersFlag } from '../contract/versioned-workers.ts';
import { batchPage } from './batch/batch-page.ts';
import { clusterBatch } from './batch/cluster-batch.ts';
import { createCluster } from './create/create-cluster.ts';
import { deleteCluster } from './delete/delete-cluster.ts';
import { reconcileClusters } from './sweep/reconcile-clusters.ts';
import { teardownSweep } from './sweep/teardown-sweep.ts';

/*
 * What is over within hours ends on the version of the workers that began it. What may last longer goes to the current
 * version with its next task, or a version could not be shut down for weeks.
 */
if (versionedWorkersFlag in globalThis) {
  setWorkflowOptions({ versioningBehavior: 'PINNED' }, deleteCluster);
  // It continues as new when there is another version, and goes on there.
  setWorkflowOptions({ versioningBehavior: 'PINNED' }, clusterBatch);
  setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, batchPage);
  setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, reconcileClusters);
  // It waits for its batch.
  setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, teardownSweep);
  setWorkflowOptions(() => {
    const { hasLease = false } = (workflowInfo().memo ?? {}) as OperationMemo;
    return { versioningBehavior: hasLease ? 'AUTO_UPGRADE' : 'PINNED' };
  }, createCluster);
}
