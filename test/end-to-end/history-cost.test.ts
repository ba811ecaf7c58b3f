import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import { noopMetricMeter } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { expect, inject, it } from 'vitest';
import { batchActivities } from '../../activities/batch/cancel-items.ts';
import { createActivities } from '../../activities/index.ts';
import type { CceClient } from '../../cce/client.ts';
import { createOrchestrator } from '../../client/index.ts';
import { mutateTaskQueue, taskQueue, watchTaskQueue } from '../../contract/identity.ts';
import { stepChangedSignal } from '../../contract/messages.ts';
import { useConnections } from '../connections.ts';
import { readExample } from '../examples.ts';
import { ended } from '../orchestration.ts';
import { webhooksWithoutSecrets } from '../webhooks-without-secrets.ts';
import { partialClient } from '../partial-client.ts';

const stepNames = ['创建基础证书', '创建 BLB', '创建 EIP', '创建 Master', '连通 APIServer', '部署 K8S 插件'];

const connections = useConnections();

/** A service whose clusters take a number of polls, not a time, so that the number is exact. */
function serviceThatTakes(polls: number): CceClient {
  let poll = 0;
  const requestID = 'request';
  const phase = () => (poll < polls ? 'provisioning' : 'running');
  return partialClient({
    createCluster: async () => ({ clusterID: 'cce-00000001', requestID }),
    listClusters: async () => ({
      clusterPage: { pageNo: 1, pageSize: 100, totalCount: 0, clusterList: [] },
      requestID,
    }),
    getCluster: async (clusterID) => ({
      cluster: { spec: { clusterID, clusterName: 'any' }, status: { clusterPhase: phase() } },
      requestID,
    }),
    getEventSteps: async () => {
      poll++;
      const current = Math.floor((poll / polls) * stepNames.length);
      return {
        status: poll < polls ? 'creating' : 'created',
        steps: stepNames.map((stepName, index) => ({
          stepName,
          stepStatus: index < current ? 'done' : index === current ? 'doing' : 'todo',
        })),
      };
    },
  });
}

/** The events of a create of six steps on the real server, with and without those that only schedule workflow code. */
async function createWithPolls(polls: number) {
  const account = `test-${randomUUID().slice(0, 8)}`;
  const { connection: clientConnection, nativeConnection: connection } = connections();
  const client = new Client({ connection: clientConnection });
  const queue = taskQueue({ account, region: 'bj' });
  const activities = createActivities({
    cce: serviceThatTakes(polls),
    secrets: { env: (name) => process.env[name], file: () => undefined },
    reportStep: ({ workflowId, runId }, change) =>
      client.workflow.getHandle(workflowId, runId).signal(stepChangedSignal, change),
    describeCreates: async () => [],
    isWorkflowOpen: async () => true,
    findOpenDeletes: async () => ({ clusterIDs: [], ofName: false }),
    startApprovedDelete: () => Promise.reject(new Error('nothing is deleted here')),
    batches: batchActivities(client),
    webhooks: webhooksWithoutSecrets(client),
    pollIntervalMs: 2,
    meter: noopMetricMeter,
    installation: 'test',
    maximumRequestsPerSecond: 10_000,
  });
  const workers = await Promise.all([
    Worker.create({
      connection,
      taskQueue: queue,
      workflowBundle: { codePath: inject('workflowBundlePath') },
      activities,
    }),
    Worker.create({ connection, taskQueue: watchTaskQueue(queue), activities }),
    Worker.create({ connection, taskQueue: mutateTaskQueue(queue), activities }),
  ]);
  const orchestrator = createOrchestrator({ client, account, region: 'bj' });
  const create = async () => {
    const operation = await orchestrator.create(readExample('managed'));
    return { operation, status: await ended(orchestrator, operation) };
  };
  const [main, watching, mutating] = workers;
  const { operation, status } = await mutating.runUntil(watching.runUntil(main.runUntil(create())));
  const { events } = await client.workflow.getHandle(operation.workflowID).fetchHistory();
  const types = (events ?? []).map(({ eventType }) => temporal.api.enums.v1.EventType[eventType ?? 0]!);
  return {
    outcome: status.outcome?.outcome,
    events: types.length,
    withoutWorkflowTasks: types.filter((type) => !type.includes('WORKFLOW_TASK')),
  };
}

it('a create of six steps costs at most 60 events, and ten times as many polls cost none', async () => {
  const seldom = await createWithPolls(120);
  const often = await createWithPolls(1_200);
  expect([seldom.outcome, often.outcome]).toEqual(['running', 'running']);
  expect(seldom.events).toBeLessThanOrEqual(60);
  expect(often.events).toBeLessThanOrEqual(60);
  expect(often.withoutWorkflowTasks).toEqual(seldom.withoutWorkflowTasks);
  console.info(`history events: ${seldom.events} with 120 polls, ${often.events} with 1,200`);
});
