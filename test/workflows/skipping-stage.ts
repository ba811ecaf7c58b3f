import { randomUUID } from 'node:crypto';
import { Worker } from '@temporalio/worker';
import { inject } from 'vitest';
import { closeAfterFile } from '../after-file.ts';
import { fewPollers } from '../few-pollers.ts';
import { activitiesOf, createSideWorkers, type OnStage, type Stage } from './stage.ts';
import { startSkippingServer } from '../skipping-server.ts';

/** A stage on a server that skips the time in which nothing happens. It serves many runs, one after the other. */
interface SkippingStage extends Stage {
  /**
   * Whether the next run can use it too. Once a workflow has ended before one of its activities, the server skips no more
   * time, for any workflow.
   */
  skipsTime: () => Promise<boolean>;
  close: () => Promise<void>;
}

let stage: Promise<SkippingStage> | undefined;

/** Calls `use` with the stage of this test file. To start one takes longer than a run. */
export const onSkippingStage: OnStage = async (use, isFresh) => {
  if (isFresh) await closeStage();
  if (stage === undefined) closeAfterFile(closeStage);
  const opened = await (stage ??= openStage());
  let isReusable = false;
  try {
    const result = await use(opened);
    isReusable = await opened.skipsTime();
    return result;
  } finally {
    if (!isReusable) await closeStage();
  }
};

async function closeStage(): Promise<void> {
  const opened = stage;
  stage = undefined;
  await (await opened)?.close();
}

async function openStage(): Promise<SkippingStage> {
  const environment = await startSkippingServer();
  const { client, nativeConnection: connection } = environment;
  const taskQueue = `scripted-${randomUUID()}`;
  const clouds: Stage['clouds'] = new Map();
  const activities = activitiesOf(clouds);
  const [main, side] = await Promise.all([
    Worker.create({
      ...fewPollers,
      connection,
      taskQueue,
      workflowBundle: { codePath: inject('workflowBundlePath') },
      activities,
      // In this thread: one for the workflow code alone takes longer to start than a workflow to run.
      debugMode: true,
    }),
    createSideWorkers(connection, taskQueue, activities),
  ]);
  const workers = [main, ...side];
  let served: Promise<unknown> | undefined;
  return {
    client,
    taskQueue,
    clouds,
    serve: () => (served ??= Promise.all(workers.map((worker) => worker.run()))),
    nowMs: () => environment.currentTimeMs(),
    passTime: (seconds) => environment.sleep(seconds * 1000),
    deploy: () => Promise.reject(new Error('this server may lose the task of a worker that is gone')),
    // The call itself has the limit: one that is still open when the server stops is repeated on a closed channel, which
    // fails the test run.
    skipsTime: () =>
      environment.connection
        .withDeadline(Date.now() + 500, () => environment.sleep(1000))
        .then(
          () => true,
          () => false,
        ),
    async close() {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      try {
        await served;
      } finally {
        await environment.teardown();
      }
    },
  };
}
