import type { WorkflowHandle } from '@temporalio/client';
import type { BatchOutcome, BatchProgress, BatchToStart, ItemResult, Orchestrator } from '../client/index.ts';
import type { BatchItem } from '../contract/batch/item.ts';
import type { CreateClusterInput } from '../contract/create.ts';
import { batchWorkflowID, createWorkflowID } from '../contract/identity.ts';
import type { ClusterSummary } from '../simulator/admin-routes.ts';
import type { FaultInput } from '../simulator/fault-schema.ts';
import { readExample } from './examples.ts';
import { allOf, ended } from './orchestration.ts';
import { useService, type Service } from './service.ts';

export function createItem(clusterName: string, options: Omit<CreateClusterInput, 'request'> = {}): BatchItem {
  return { kind: 'create', input: { request: readExample('custom', clusterName), ...options } };
}

export function deleteItem(clusterName: string): BatchItem {
  return { kind: 'delete', input: { target: { clusterName } } };
}

/** One simulator and one worker for the batches of a test file. All names are the tests' own. */
export interface BatchService extends Service {
  orchestrator: () => Orchestrator;
  /** Starts a batch with a concurrency of 5 that goes on in spite of failures, unless it says otherwise. */
  start: (name: string, items: readonly BatchItem[], more?: Partial<BatchToStart>) => Promise<void>;
  /** Waits for the end of a batch: known sooner than by watching it. */
  outcome: (name: string) => Promise<BatchOutcome>;
  progress: (name: string) => Promise<BatchProgress | undefined>;
  /** The result of each item, in their order. */
  results: (name: string) => Promise<ItemResult['result'][]>;
  /** The create of a cluster. */
  create: (clusterName: string) => WorkflowHandle;
  /** Somebody else creates a cluster; returns its ID. */
  createAlone: (clusterName: string) => Promise<string | undefined>;
  /** The names of the clusters that begin so, in their order. */
  names: (prefix: string) => Promise<string[]>;
  clusters: (prefix: string) => Promise<ClusterSummary[]>;
}

export function useBatchService(simulatorArgs: readonly string[], faults: readonly FaultInput[]): BatchService {
  const { simulator, orchestration } = useService(simulatorArgs, { faults });
  const scope = () => ({ account: orchestration().account, region: 'bj' });
  const handle = (workflowID: string) => orchestration().client.workflow.getHandle(workflowID);
  const batches = () => orchestration().orchestrator.batches;

  async function clusters(prefix: string): Promise<ClusterSummary[]> {
    const all = await simulator().clusters();
    return all
      .filter(({ clusterName }) => clusterName.startsWith(prefix))
      .toSorted((one, other) => one.clusterName.localeCompare(other.clusterName));
  }

  return {
    simulator,
    orchestration,
    orchestrator: () => orchestration().orchestrator,
    async start(name, items, more) {
      await batches().start({ name, items, concurrency: 5, failurePolicy: 'continue', ...more });
    },
    outcome: async (name) => (await handle(batchWorkflowID(scope(), name)).result()) as BatchOutcome,
    progress: async (name) => (await batches().status(name)).progress,
    results: async (name) => (await allOf(batches().results(name))).map(({ result }) => result),
    create: (clusterName) => handle(createWorkflowID(scope(), clusterName)),
    async createAlone(clusterName) {
      const { orchestrator } = orchestration();
      const status = await ended(orchestrator, await orchestrator.create(readExample('custom', clusterName)));
      return status.outcome?.clusterID;
    },
    names: async (prefix) => (await clusters(prefix)).map(({ clusterName }) => clusterName),
    clusters,
  };
}
