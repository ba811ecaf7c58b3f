import { randomUUID } from 'node:crypto';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { inject, vi } from 'vitest';
import { fewPollers } from '../few-pollers.ts';
import { waiting } from '../waiting.ts';
import { activitiesOf, createSideWorkers, type OnStage, type Stage } from './stage.ts';

/**
 * Calls `use` with a stage of its own on the real server, for a run in which one worker takes over from another. The server
 * that skips time may give the next workflow task to a poll of the worker that is gone, and after two such time-outs it
 * gives that task to nobody.
 */
export const onHandOverStage: OnStage = async (use) => {
  const address = inject('temporalAddress');
  const clientConnection = await Connection.connect({ address });
  const connection = await NativeConnection.connect({ address });
  try {
    const { stage, close } = await openStage(connection, new Client({ connection: clientConnection }));
    try {
      return await use(stage);
    } finally {
      await close();
    }
  } finally {
    await connection.close();
    await clientConnection.close();
  }
};

async function openStage(
  connection: NativeConnection,
  client: Client,
): Promise<{ stage: Stage; close: () => Promise<void> }> {
  const taskQueue = `handed-over-${randomUUID()}`;
  const clouds: Stage['clouds'] = new Map();
  const activities = activitiesOf(clouds);
  const createMain = () =>
    Worker.create({
      ...fewPollers,
      connection,
      taskQueue,
      workflowBundle: { codePath: inject('workflowBundlePath') },
      activities,
      // Without a cache the server offers each task to every worker, and never waits for the one that is gone.
      maxCachedWorkflows: 0,
      debugMode: true,
    });
  const side = await createSideWorkers(connection, taskQueue, activities);
  let main = await createMain();
  let deployedFor: WorkflowHandle | undefined;
  let isOver = false;
  let served: Promise<unknown> | undefined;

  async function serveMain(): Promise<void> {
    await main.run();
    while (!isOver) {
      // The next worker learns in one task what happened meanwhile and what the calls brought.
      const workflow = deployedFor;
      await vi.waitUntil(() => workflow === undefined || isWithoutActivities(workflow), waiting);
      main = await createMain();
      await main.run();
    }
  }

  const stage: Stage = {
    client,
    taskQueue,
    clouds,
    serve: () => (served ??= Promise.all([serveMain(), ...side.map((worker) => worker.run())])),
    nowMs: async () => Date.now(),
    passTime: () => Promise.reject(new Error('the real server skips no time')),
    async deploy(workflow) {
      deployedFor = workflow;
      main.shutdown();
      // Before that it might still learn what the next one is to learn.
      await vi.waitUntil(() => main.getStatus().workflowPollerState === 'SHUTDOWN', waiting);
    },
  };
  async function close(): Promise<void> {
    isOver = true;
    for (const worker of [main, ...side]) if (worker.getState() === 'RUNNING') worker.shutdown();
    await served;
  }

  return { stage, close };
}

async function isWithoutActivities(workflow: WorkflowHandle): Promise<boolean> {
  const { raw } = await workflow.describe();
  return (raw.pendingActivities ?? []).length === 0;
}
