import { temporal } from '@temporalio/proto';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { loadDataConverter, SetUpError } from '../../client/index.ts';
import { createWorkflowID } from '../../contract/identity.ts';
import { startTemporalServer, type TemporalServer } from '../../local/temporal-server.ts';
import type { SimulatorProcess } from '../../simulator/process.ts';
import { reportSearchAttributes } from '../../worker/report-search-attributes.ts';
import { createItem } from '../batches.ts';
import { readExample } from '../examples.ts';
import { ended, reached, startOrchestration, type Orchestration } from '../orchestration.ts';
import { recordingLogger } from '../recording-logger.ts';
import { startSimulator } from '../processes.ts';
import { waiting } from '../waiting.ts';

const names = ['CceClusterId', 'CceClusterName', 'CceStage', 'CceBatch'];
const { EventType, IndexedValueType } = temporal.api.enums.v1;

let simulator: SimulatorProcess;
/** Whoever changes the attributes of a namespace needs a server of his own. */
const servers: TemporalServer[] = [];
const orchestrations: Orchestration[] = [];

beforeAll(async () => {
  simulator = await startSimulator(['--create-seconds', '1', '--delete-seconds', '1']);
  await simulator.addFault({ kind: 'stuck-step', step: 2, name: 'stuck' });
});

afterAll(async () => {
  for (const orchestration of orchestrations) await orchestration.stop();
  for (const server of servers) await server.stop();
  await simulator.stop();
});

async function orchestrate(address: string): Promise<Orchestration> {
  const orchestration = await startOrchestration(simulator, loadDataConverter(), address);
  orchestrations.push(orchestration);
  return orchestration;
}

async function orchestrateOnOwnServer(): Promise<Orchestration> {
  const server = await startTemporalServer();
  servers.push(server);
  return orchestrate(server.address);
}

/** How many events of a type the create of a cluster has. */
async function countEvents({ client, account }: Orchestration, clusterName: string, type: number): Promise<number> {
  const handle = client.workflow.getHandle(createWorkflowID({ account, region: 'bj' }, clusterName));
  return ((await handle.fetchHistory()).events ?? []).filter(({ eventType }) => eventType === type).length;
}

async function reportOf({ client }: Orchestration) {
  const { logger, entries } = recordingLogger();
  await reportSearchAttributes(client, logger);
  return entries;
}

describe('with search attributes', () => {
  let orchestration: Orchestration;

  beforeAll(async () => {
    orchestration = await orchestrateOnOwnServer();
    await orchestration.orchestrator.setUp();
    await orchestration.startWorker();
  });

  /** Visibility lags behind. */
  async function expectListed(query: string, workflowIDs: readonly string[]): Promise<void> {
    await expect
      .poll(async () => {
        const found: string[] = [];
        for await (const { workflowId } of orchestration.client.workflow.list({ query })) found.push(workflowId);
        return found.toSorted();
      }, waiting)
      .toEqual(workflowIDs.toSorted());
  }

  it('an operation is listed by its cluster and its stage', async () => {
    const { orchestrator } = orchestration;
    const stuck = await orchestrator.create(readExample('managed', 'stuck'));
    const create = await orchestrator.create(readExample('managed', 'one'));
    const { clusterID } = await ended(orchestrator, create);
    await reached(orchestrator, stuck, ({ currentStep }) => currentStep?.stage === 'provisioning');
    await expectListed(`CceStage = 'provisioning' AND ExecutionStatus = 'Running'`, [stuck.workflowID]);
    await expectListed(`CceStage = 'running'`, [create.workflowID]);
    await expectListed(`CceClusterName = 'one'`, [create.workflowID]);

    const removal = await orchestrator.delete('one');
    await ended(orchestrator, removal);
    await expectListed(`CceClusterId = '${clusterID}'`, [create.workflowID, removal.workflowID]);
    await orchestrator.cancel('stuck');
    await ended(orchestrator, stuck);
    await expectListed(`CceStage = 'cleaningUp'`, [stuck.workflowID]);
  });

  it('a create costs two events more', async () => {
    const { orchestrator } = orchestration;
    await ended(orchestrator, await orchestrator.create(withoutNodes('cost')));
    expect(await countEvents(orchestration, 'cost', EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES)).toBe(2);
  });

  it('a batch is listed with its items', async () => {
    const { orchestrator, client } = orchestration;
    const items = ['item-0', 'item-1'].map((name) => createItem(name));
    const batch = await orchestrator.batches.start({ name: 'few', items, concurrency: 2, failurePolicy: 'continue' });
    await client.workflow.getHandle(batch.workflowID).result();
    const scope = { account: orchestration.account, region: 'bj' };
    const itemIDs = ['item-0', 'item-1'].map((name) => createWorkflowID(scope, name));
    await expectListed(`CceBatch = 'few'`, [batch.workflowID, ...itemIDs]);
  });

  it('a scheduled teardown is listed by its schedule, and its batch by its own name', async () => {
    const { orchestrator, client } = orchestration;
    await ended(orchestrator, await orchestrator.create(readExample('managed', 'swept')));
    const options = {};
    await orchestrator.teardown.schedules.set('hourly', 3600, {
      filter: { name: 'swept' },
      maximum: 1,
      delete: { options, concurrency: 1, failurePolicy: 'continue' },
    });
    const [scheduleID] = await vi.waitUntil(async () => {
      const found: string[] = [];
      for await (const { scheduleId } of client.schedule.list()) found.push(scheduleId);
      return found.length > 0 && found;
    }, waiting);
    await client.schedule.getHandle(scheduleID!).trigger();
    const batchOf = async () => {
      const query = `WorkflowType = 'clusterBatch' AND CceBatch STARTS_WITH 'teardown-'`;
      for await (const { workflowId } of client.workflow.list({ query })) return workflowId;
      return undefined;
    };
    const batchID = await vi.waitUntil(batchOf, waiting);
    await client.workflow.getHandle(batchID).result();
    await expect.poll(async () => (await client.workflow.count(`CceBatch = 'hourly'`)).count, waiting).toBe(1);
  });

  it('a worker says so', async () => {
    const [entry] = await reportOf(orchestration);
    expect(entry).toMatchObject({ level: 'INFO', searchAttributes: names });
  });
});

it.each<[string, () => Promise<Orchestration>]>([
  ['none was ever made', () => orchestrate(inject('temporalAddress'))],
  [
    'one is of another type',
    async () => {
      const orchestration = await orchestrateOnOwnServer();
      const searchAttributes = { CceStage: IndexedValueType.INDEXED_VALUE_TYPE_TEXT };
      const { operatorService } = orchestration.client.connection;
      await operatorService.addSearchAttributes({ namespace: 'default', searchAttributes });
      await expect(orchestration.orchestrator.setUp()).rejects.toThrow(SetUpError);
      return orchestration;
    },
  ],
  [
    'one was removed after it was last seen',
    async () => {
      const orchestration = await orchestrateOnOwnServer();
      const { client, orchestrator } = orchestration;
      await orchestrator.setUp();
      // Looks once more only after minutes.
      await orchestrator.teardown.schedules.set('any', 3600, {
        filter: { name: 'nothing' },
        maximum: 1,
        delete: { options: {}, concurrency: 1, failurePolicy: 'continue' },
      });
      const searchAttributes = ['CceClusterName'];
      await client.connection.operatorService.removeSearchAttributes({ namespace: 'default', searchAttributes });
      return orchestration;
    },
  ],
])('where %s a create does without', async (_, orchestrateSo) => {
  const orchestration = await orchestrateSo();
  await orchestration.startWorker();
  const { orchestrator, account } = orchestration;
  // Both runs have a namespace and an account of their own, and so are two installations on one service.
  const clusterName = `without-${account}`;
  const { outcome } = await ended(orchestrator, await orchestrator.create(withoutNodes(clusterName)));
  expect(outcome).toMatchObject({ outcome: 'running' });
  expect(await countEvents(orchestration, clusterName, EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES)).toBe(0);
  expect(await countEvents(orchestration, clusterName, EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED)).toBe(0);
});

it.each<[string, Record<string, number> | undefined, object]>([
  ['of none is no news', undefined, { level: 'INFO', run: 'ccectl setup' }],
  [
    'of some is a warning',
    { CceStage: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD, CceBatch: IndexedValueType.INDEXED_VALUE_TYPE_TEXT },
    { level: 'WARN', missing: ['CceClusterId', 'CceClusterName'], wrongType: ['CceBatch'], run: 'ccectl setup' },
  ],
])("a worker's report %s", async (_, searchAttributes, expected) => {
  const orchestration = await orchestrateOnOwnServer();
  const { operatorService } = orchestration.client.connection;
  if (searchAttributes !== undefined) {
    await operatorService.addSearchAttributes({ namespace: 'default', searchAttributes });
  }
  expect(await reportOf(orchestration)).toEqual([expect.objectContaining(expected)]);
});

/** Nodes cost a patch, which the SDK upserts as a search attribute of its own. */
function withoutNodes(clusterName: string) {
  return { ...readExample('managed', clusterName), nodes: [] };
}
