import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import { noopMetricMeter } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { expect, inject, it } from 'vitest';
import { wrapCalls } from '../../activities/api/wrap-calls.ts';
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

/**
 * A service whose clusters take a number of polls, not a time, so that the number is exact. Its nodes come one by one, with
 * each look at them, of which each may show many pages.
 */
function serviceThatTakes(polls: number, nodes: number, onCall: (call: string) => void): CceClient {
  let poll = 0;
  let looks = 0;
  const requestID = 'request';
  const phase = () => (poll < polls ? 'provisioning' : 'running');
  const service = partialClient({
    async listInstances(_, { pageNo = 1, pageSize = 10 } = {}) {
      if (pageNo === 1) looks++;
      const all = Array.from({ length: nodes }, (_each, index) => ({
        spec: { cceInstanceID: `node-${index}`, clusterRole: 'node' },
        status: { instancePhase: index < looks * 5 ? 'running' : 'provisioning' },
      }));
      const instanceList = all.slice((pageNo - 1) * pageSize, pageNo * pageSize);
      return { instancePage: { totalCount: nodes, instanceList }, requestID };
    },
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
  return wrapCalls(service, (call, _, send) => {
    onCall(call);
    return send();
  });
}

/** The events of a create of six steps on the real server, with and without those that only schedule workflow code. */
async function createWithPolls(polls: number, nodes = 0) {
  const calls = new Map<string, number>();
  const account = `test-${randomUUID().slice(0, 8)}`;
  const { connection: clientConnection, nativeConnection: connection } = connections();
  const client = new Client({ connection: clientConnection });
  const queue = taskQueue({ account, region: 'bj' });
  const activities = createActivities({
    cce: serviceThatTakes(polls, nodes, (call) => calls.set(call, (calls.get(call) ?? 0) + 1)),
    secrets: { env: (name) => process.env[name], file: () => undefined },
    reportStep: ({ workflowId, runId }, change) =>
      client.workflow.getHandle(workflowId, runId).signal(stepChangedSignal, change),
    describeCreates: async () => [],
    isWorkflowOpen: async () => true,
    findOpenDeletes: async () => ({ clusterIDs: [], ofName: false }),
    startApprovedDelete: () => Promise.reject(new Error('nothing is deleted here')),
    readItem: () => Promise.reject(new Error('there are no batches')),
    batches: batchActivities(client),
    webhooks: webhooksWithoutSecrets(client),
    payloadCodecs: [],
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
  const { nodes: [set] = [], ...request } = readExample('managed');
  const create = async () => {
    const operation = await orchestrator.create({ ...request, nodes: nodes === 0 ? [] : [{ ...set, count: nodes }] });
    return { operation, status: await ended(orchestrator, operation) };
  };
  const [main, watching, mutating] = workers;
  const { operation, status } = await mutating.runUntil(watching.runUntil(main.runUntil(create())));
  const { events } = await client.workflow.getHandle(operation.workflowID).fetchHistory();
  const types = (events ?? []).map(({ eventType }) => temporal.api.enums.v1.EventType[eventType ?? 0]!);
  return {
    outcome: status.outcome,
    calls: Object.fromEntries(calls),
    events: types.length,
    withoutWorkflowTasks: types.filter((type) => !type.includes('WORKFLOW_TASK')),
  };
}

it('a create of six steps costs at most 60 events, and ten times as many polls cost none', async () => {
  const seldom = await createWithPolls(120);
  const often = await createWithPolls(1_200);
  expect([seldom.outcome?.outcome, often.outcome?.outcome]).toEqual(['running', 'running']);
  expect(seldom.events).toBeLessThanOrEqual(60);
  expect(often.events).toBeLessThanOrEqual(60);
  expect(often.withoutWorkflowTasks).toEqual(seldom.withoutWorkflowTasks);
  console.info(`history events: ${seldom.events} with 120 polls, ${often.events} with 1,200`);
});

it('a create that waits for 500 nodes costs five events more than one without nodes, and those of a workflow task', async () => {
  const without = await createWithPolls(1);
  const many = await createWithPolls(1, 500);
  expect(many.outcome).toMatchObject({
    outcome: 'running',
    nodes: { wanted: 500, ready: 500, beingMade: 0, failed: 0 },
  });
  // Workflow code is scheduled once more, in three events; on a busy machine perhaps twice.
  expect(many.withoutWorkflowTasks.length - without.withoutWorkflowTasks.length).toBeLessThanOrEqual(5);
  // They come in a hundred looks, of one page each.
  expect(many.calls['listInstances']).toBe(100);
  expect(many.calls['getInstanceEventSteps']).toBeUndefined();
  const { createCluster, listClusters, getCluster, getEventSteps, listInstances } = many.calls;
  console.info(
    `history events: ${without.events} without nodes, ${many.events} with 500; calls: ${createCluster} createCluster, ${listClusters} listClusters, ${getCluster} getCluster, ${getEventSteps} getEventSteps, ${listInstances} listInstances in 100 looks`,
  );
});
