import type { Client } from '@temporalio/client';
import pLimit from 'p-limit';
import { createOrchestrator, type CreateClusterOutcome } from '../client/index.ts';
import { createWorkflowID } from '../contract/identity.ts';
import { workflowTypes } from '../contract/workflow-types.ts';
import { startWorkerProcess } from '../local/worker-process.ts';
import { benchRequest } from './bench-request.ts';
import type { Contender } from './contender.ts';
import { maxConcurrentRequests, startWorkflowRun } from './workflow-run.ts';

/** The memory settings of the Dockerfile. */
export const imageEnvironment = {
  NODE_OPTIONS: '--max-semi-space-size=16 --max-old-space-size=512',
  MALLOC_ARENA_MAX: '1',
  MALLOC_TRIM_THRESHOLD_: '131072',
};

const scope = { account: 'bench', region: 'bj' };

/** The worker as deployed: built and bundled, but with a request limit so high that it does not affect the figures. */
export const ours: Contender = {
  name: 'ours',
  description: 'one built worker; each cluster is an operation, which continues after a crash of the worker',
  start: (environment) =>
    startWorkflowRun(environment, {
      workflowType: workflowTypes.createCluster,
      workflowID: (clusterName) => createWorkflowID(scope, clusterName),
      startWorker: (settings) =>
        startWorkerProcess(
          {
            ...settings,
            CCE_ACCOUNT: scope.account,
            CCE_REGION: scope.region,
            CCE_MAX_REQUESTS_PER_SECOND: '5000',
            ...imageEnvironment,
          },
          ['dist/worker/main.js'],
        ),
      startCreates,
      clusterIDOf: (result) => (result as CreateClusterOutcome).clusterID,
    }),
};

async function startCreates(client: Client, clusterNames: readonly string[]): Promise<void> {
  const orchestrator = createOrchestrator({ client, ...scope });
  await pLimit(maxConcurrentRequests).map(clusterNames, (clusterName) =>
    orchestrator.create(benchRequest(clusterName)),
  );
}
