import { randomUUID } from 'node:crypto';
import { Client, Connection, WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { NativeConnection, Worker } from '@temporalio/worker';
import { inject, vi } from 'vitest';
import type { CreateClusterInput, CreateClusterOutcome } from '../../contract/create.ts';
import type { CurrentStep } from '../../contract/current-step.ts';
import type { DeleteClusterInput, DeleteClusterOutcome } from '../../contract/delete.ts';
import { mutateTaskQueue, watchTaskQueue } from '../../contract/identity.ts';
import { currentStepQuery } from '../../contract/messages.ts';
import { workflowTypes } from '../../contract/workflow-types.ts';
import { readExample } from '../examples.ts';
import { fewPollers } from '../few-pollers.ts';
import { waiting } from '../waiting.ts';
import type { CloudScript } from './cloud-script.ts';
import { scriptedCloud, type ScriptedCloud } from './scripted-cloud.ts';

export interface Ended<Outcome> {
  outcome: Outcome;
  /** How the execution closed. */
  execution: 'completed' | 'failed';
  /** What the query answers after the end. */
  currentStep: CurrentStep;
  cloud: ScriptedCloud;
}

/** What {@link createCluster} asks for unless a test says otherwise. */
export const request = readExample('custom', 'a-cluster');

export function createCluster(
  script: CloudScript = {},
  input: Partial<CreateClusterInput> = {},
): Promise<Ended<CreateClusterOutcome>> {
  return run(workflowTypes.createCluster, { request, ...input }, script);
}

export function deleteCluster(script: CloudScript, input: DeleteClusterInput): Promise<Ended<DeleteClusterOutcome>> {
  return run(workflowTypes.deleteCluster, input, script);
}

/** Runs a workflow against a scripted cloud until it has ended. */
async function run<Outcome>(workflowType: string, input: unknown, script: CloudScript): Promise<Ended<Outcome>> {
  const isHandedOver = script.deployAt !== undefined;
  const server = isHandedOver ? await connectToRealServer() : await startSkippingServer();
  const { client, connection } = server;
  const taskQueue = `scripted-${randomUUID()}`;
  const cloud = scriptedCloud(script, {
    workflowHandle: (workflowID, runID) => client.workflow.getHandle(workflowID, runID),
    passTime: server.passTime,
    deploy: () => workers.deploy(),
  });
  const workers = await createWorkers({ connection, taskQueue, cloud, isHandedOver });
  try {
    const workflow = await client.workflow.start(workflowType, { workflowId: taskQueue, taskQueue, args: [input] });
    await script.moments?.start?.(workflow);
    return await workers.serveUntil(workflow, async () => {
      const end = await endOf<Outcome>(workflow);
      await cloud.settled();
      await script.moments?.end?.(workflow);
      return { ...end, currentStep: await workflow.query(currentStepQuery), cloud };
    });
  } finally {
    await server.close();
  }
}

/** The Temporal server of one run. */
interface Server {
  client: Client;
  connection: NativeConnection;
  /** Lets the server's time pass. */
  passTime: (seconds: number) => Promise<void>;
  close: () => Promise<void>;
}

/**
 * A server that skips the time in which nothing happens. It serves one run: time is global to it, and once a workflow
 * has ended before one of its activities, the server skips no more time, for any workflow.
 */
async function startSkippingServer(): Promise<Server> {
  const environment = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: inject('timeSkippingServerPath') } },
  });
  return {
    client: environment.client,
    connection: environment.nativeConnection,
    passTime: (seconds) => environment.sleep(seconds * 1000),
    close: () => environment.teardown(),
  };
}

/**
 * The real server, for a run in which one worker takes over from another. The server that skips time may give the next
 * workflow task to a poll of the worker that is gone, and after two such time-outs it gives that task to nobody.
 */
async function connectToRealServer(): Promise<Server> {
  const address = inject('temporalAddress');
  const clientConnection = await Connection.connect({ address });
  const connection = await NativeConnection.connect({ address });
  return {
    client: new Client({ connection: clientConnection }),
    connection,
    passTime: () => Promise.reject(new Error('the real server skips no time')),
    async close() {
      await connection.close();
      await clientConnection.close();
    },
  };
}

interface WorkerSettings {
  connection: NativeConnection;
  taskQueue: string;
  cloud: ScriptedCloud;
  isHandedOver: boolean;
}

async function createWorkers({ connection, taskQueue, cloud, isHandedOver }: WorkerSettings) {
  const { activities } = cloud;
  const createMain = () =>
    Worker.create({
      ...fewPollers,
      connection,
      taskQueue,
      workflowBundle: { codePath: inject('workflowBundlePath') },
      activities,
      // Without a cache the server offers each task to every worker, and never waits for the one that is gone.
      ...(isHandedOver && { maxCachedWorkflows: 0 }),
      // In this thread: one for the workflow code alone takes longer to start than a workflow to run.
      debugMode: true,
    });
  const watching = await Worker.create({
    ...fewPollers,
    connection,
    taskQueue: watchTaskQueue(taskQueue),
    activities: { watchCluster: activities.watchCluster },
  });
  const mutating = await Worker.create({
    ...fewPollers,
    connection,
    taskQueue: mutateTaskQueue(taskQueue),
    activities: { submitCluster: activities.submitCluster, deleteCluster: activities.deleteCluster },
  });
  let main = await createMain();
  let isOver = false;

  async function serve(workflow: WorkflowHandle): Promise<void> {
    await main.run();
    while (!isOver) {
      // The next worker learns in one task what happened meanwhile and what the calls brought.
      await vi.waitUntil(() => isWithoutActivities(workflow), waiting);
      main = await createMain();
      await main.run();
    }
  }

  return {
    async deploy(): Promise<void> {
      main.shutdown();
      // Before that it might still learn what the next one is to learn.
      await vi.waitUntil(() => main.getStatus().workflowPollerState === 'SHUTDOWN', waiting);
    },
    async serveUntil<Result>(workflow: WorkflowHandle, ended: () => Promise<Result>): Promise<Result> {
      const served = serve(workflow);
      // Without a worker the workflow never ends: a test is to fail with the reason for that.
      const stopped = served.then(() => Promise.reject(new Error('the worker stopped before the workflow ended')));
      try {
        return await watching.runUntil(mutating.runUntil(() => Promise.race([ended(), stopped])));
      } finally {
        isOver = true;
        if (main.getState() === 'RUNNING') main.shutdown();
        await served;
      }
    },
  };
}

async function isWithoutActivities(workflow: WorkflowHandle): Promise<boolean> {
  const { raw } = await workflow.describe();
  return (raw.pendingActivities ?? []).length === 0;
}

async function endOf<Outcome>(workflow: WorkflowHandle): Promise<Pick<Ended<Outcome>, 'outcome' | 'execution'>> {
  try {
    return { outcome: (await workflow.result()) as Outcome, execution: 'completed' };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError && error.cause instanceof ApplicationFailure)) throw error;
    return { outcome: error.cause.details?.[0] as Outcome, execution: 'failed' };
  }
}
