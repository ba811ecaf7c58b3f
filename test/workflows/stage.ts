import { activityInfo } from '@temporalio/activity';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { Worker, type NativeConnection } from '@temporalio/worker';
import { mutateTaskQueue, watchTaskQueue } from '../../contract/identity.ts';
import { fewPollers } from '../few-pollers.ts';
import type { ScriptedCloud } from './scripted-cloud.ts';

/** A Temporal server with the workers that serve runs of scripted clouds. */
export interface Stage {
  client: Client;
  taskQueue: string;
  /** The cloud of each run, by workflow ID. */
  clouds: Map<string, ScriptedCloud>;
  /** Starts the workers, unless they run; resolves when they have stopped. */
  serve: () => Promise<unknown>;
  /** The server's time. */
  nowMs: () => Promise<number>;
  /** Lets the server's time pass. */
  passTime: (seconds: number) => Promise<void>;
  /** Shuts the main worker down; the next one starts when the running calls of the workflow have been answered. */
  deploy: (workflow: WorkflowHandle) => Promise<void>;
}

/** Calls `use` with a stage. `isFresh`: with one whose workers have not started. */
export type OnStage = <Result>(use: (stage: Stage) => Promise<Result>, isFresh: boolean) => Promise<Result>;

/** Activities that each belong to the cloud of the workflow that called them. */
export function activitiesOf(clouds: ReadonlyMap<string, ScriptedCloud>): ScriptedCloud['activities'] {
  const own = () => clouds.get(activityInfo().workflowExecution!.workflowId)!.activities;
  return {
    validateCluster: (input) => own().validateCluster(input),
    compareSpec: (input) => own().compareSpec(input),
    findClusters: (input) => own().findClusters(input),
    submitCluster: (input) => own().submitCluster(input),
    watchCluster: (input) => own().watchCluster(input),
    watchNodes: (input) => own().watchNodes(input),
    addNodes: (input) => own().addNodes(input),
    deleteFailedNodes: (input) => own().deleteFailedNodes(input),
    lookAtCluster: (input) => own().lookAtCluster(input),
    deleteCluster: (input) => own().deleteCluster(input),
  };
}

/** The workers of the task queues beside the main one. */
export function createSideWorkers(
  connection: NativeConnection,
  taskQueue: string,
  { watchCluster, watchNodes, submitCluster, deleteCluster, addNodes, deleteFailedNodes }: ScriptedCloud['activities'],
): Promise<Worker[]> {
  const common = { ...fewPollers, connection };
  return Promise.all([
    Worker.create({ ...common, taskQueue: watchTaskQueue(taskQueue), activities: { watchCluster, watchNodes } }),
    Worker.create({
      ...common,
      taskQueue: mutateTaskQueue(taskQueue),
      activities: { submitCluster, deleteCluster, addNodes, deleteFailedNodes },
    }),
  ]);
}
