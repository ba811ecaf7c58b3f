import type { Client } from '@temporalio/client';
import type { Orchestrator, OperationReference } from '../../client/index.ts';
import { createWorkflowID, taskQueue, teardownWorkflowID, type AccountRegion } from '../../contract/identity.ts';
import type { TeardownSweepInput } from '../../contract/teardown.ts';
import { workflowTypes } from '../../contract/workflow-types.ts';
import { readExample } from '../examples.ts';
import type { Asked, BatchWishes, CreateWishes } from './asked.ts';
import { extensionSeconds } from './extension.ts';
import type { Message } from './messages.ts';
import type { Service } from './service.ts';
import { workers, type World } from './world.ts';

export const batchName = 'explored-batch';
/** The batch that a teardown deletes with. */
export const teardownBatch = { concurrency: 2, policy: 'continue' } as const;
/** What somebody sets the concurrency of a batch to. */
export const newConcurrency = 2;

export interface PeopleSurroundings {
  client: Client;
  scope: AccountRegion;
  /** The first is what people ask for by itself; a batch is about all of them. */
  clusterNames: readonly [string, ...string[]];
  wishes: CreateWishes;
  batch: BatchWishes;
  service: Service;
  world: World;
  /** Chooses one of a number of tasks, for a reset. */
  taskOf: (tasks: number) => number;
  nowMs: () => number;
}

/** What people do who ask for something. Returns the run that the answer is about, if there is one. */
type Action = (entry: Asked) => Promise<Pick<OperationReference, 'workflowID' | 'runID'> | void> | void;

export function createActions(
  orchestrator: Orchestrator,
  { client, scope, clusterNames, wishes, batch, service, world, taskOf }: PeopleSurroundings,
): Record<Message, Action> {
  const [clusterName] = clusterNames;
  let teardowns = 0;

  /** What people address who use Temporal's own tools. */
  const createHandle = () => client.workflow.getHandle(createWorkflowID(scope, clusterName));

  function requestFor(name: string, isOther = false) {
    const request = readExample('custom', name);
    return isOther ? { ...request, cluster: { ...request.cluster, description: 'another one' } } : request;
  }

  function newestCluster(entry: Asked): string | undefined {
    const clusterID = [...service.clusters.keys()].at(-1);
    if (clusterID !== undefined) entry.clusterID = clusterID;
    return clusterID;
  }

  function eachWorker(work: (worker: number) => void): void {
    for (let worker = 0; worker < workers; worker++) work(worker);
  }

  return {
    create: () => orchestrator.create(requestFor(clusterName), wishes),
    createOther: () => orchestrator.create(requestFor(clusterName, true), wishes),
    cancel: () => orchestrator.cancel(clusterName),
    cancelAndKeep: () => orchestrator.cancel(clusterName, { cleanup: 'keep' }),
    cancelNatively: async () => void (await createHandle().cancel()),
    delete: () => orchestrator.delete(clusterName),
    deleteByID: async (entry) => {
      const clusterID = newestCluster(entry);
      return clusterID === undefined ? undefined : orchestrator.delete(clusterID);
    },
    extend: () => orchestrator.extendLease(clusterName, extensionSeconds),
    terminate: async () => void (await createHandle().terminate('by hand')),
    deleteInConsole: (entry) => {
      const clusterID = newestCluster(entry);
      if (clusterID !== undefined) service.deleteInConsole(clusterID);
    },
    hide: (entry) => {
      const clusterID = newestCluster(entry);
      if (clusterID !== undefined) service.hide(clusterID, 60_000);
    },
    makeInConsole: () => service.makeInConsole(clusterName),
    makeElsewhere: () => service.makeElsewhere(clusterName),
    loseWorkers: () => eachWorker(world.loseWorker),
    replaceWorkers: () => eachWorker(world.replaceWorker),
    batch: async () => {
      const items = clusterNames.map((name, index) => {
        const request = requestFor(name, batch.isOther && index === 0);
        return { kind: 'create', input: { request, ...wishes } } as const;
      });
      const { concurrency, policy } = batch;
      await orchestrator.batches.start({ name: batchName, items, concurrency, failurePolicy: policy, check: false });
    },
    cancelBatch: () => orchestrator.batches.cancel(batchName),
    pauseBatch: async () => {
      await orchestrator.batches.pause(batchName);
      // Whoever forgets that waits for ever.
      await new Promise((resolve) => setTimeout(resolve, 200_000));
      await orchestrator.batches.resume(batchName);
    },
    retryBatch: () => orchestrator.batches.retryFailed(batchName),
    rescaleBatch: () => orchestrator.batches.setConcurrency(batchName, newConcurrency),
    reset: () => world.resetRun(createWorkflowID(scope, clusterName), taskOf),
    teardown: async () => {
      teardowns++;
      const input: TeardownSweepInput = {
        ...scope,
        filter: { name: `${clusterName}*` },
        maximum: 10,
        delete: { options: {}, concurrency: teardownBatch.concurrency, failurePolicy: teardownBatch.policy },
      };
      await client.workflow.start(workflowTypes.teardownSweep, {
        workflowId: teardownWorkflowID(scope, String(teardowns)),
        taskQueue: taskQueue(scope),
        args: [input],
      });
    },
    reconcile: async () => {
      await orchestrator.reconcileSearch.start({ delete: { olderThanSeconds: 60, options: {} } });
    },
  };
}
