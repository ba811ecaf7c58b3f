import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { inject, vi } from 'vitest';
import type { CreateClusterInput, CreateClusterOutcome } from '../../contract/create.ts';
import type { CurrentStep } from '../../contract/current-step.ts';
import type { DeleteClusterInput, DeleteClusterOutcome } from '../../contract/delete.ts';
import { mutateTaskQueue, watchTaskQueue } from '../../contract/identity.ts';
import { currentStepQuery } from '../../contract/messages.ts';
import { workflowTypes } from '../../contract/workflow-types.ts';
import { readExample } from '../examples.ts';
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

/**
 * Runs a workflow against a scripted cloud until it has ended, on a server that skips the time in which nothing happens.
 *
 * The server serves this one run. Time is global to it, and once a workflow has ended before one of its activities, the
 * server skips no more time, for any workflow.
 */
async function run<Outcome>(workflowType: string, input: unknown, script: CloudScript): Promise<Ended<Outcome>> {
  const environment = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: inject('timeSkippingServerPath') } },
  });
  const client = environment.client.workflow;
  const cloud = scriptedCloud(script, {
    workflowHandle: (workflowID, runID) => client.getHandle(workflowID, runID),
    passTime: (seconds) => environment.sleep(seconds * 1000),
    deploy: () => workers.deploy(),
  });
  const workers = await createWorkers(environment, cloud, script.deployAt !== undefined);
  try {
    const workflow = await client.start(workflowType, { workflowId: 'a-workflow', taskQueue, args: [input] });
    await script.moments?.start?.(workflow);
    return await workers.serveUntil(async () => {
      const end = await endOf<Outcome>(workflow);
      await cloud.settled();
      await script.moments?.end?.(workflow);
      return { ...end, currentStep: await workflow.query(currentStepQuery), cloud };
    });
  } finally {
    await environment.teardown();
  }
}

const taskQueue = 'a-task-queue';

async function createWorkers(
  { nativeConnection: connection }: TestWorkflowEnvironment,
  cloud: ScriptedCloud,
  areReplaced: boolean,
) {
  const { activities } = cloud;
  const createMain = () =>
    Worker.create({
      connection,
      taskQueue,
      workflowBundle: { codePath: inject('workflowBundlePath') },
      activities,
      // The server offers a workflow to none but the worker that has it in its cache, even when that worker is gone.
      ...(areReplaced && { maxCachedWorkflows: 0 }),
      // In this thread: one for the workflow code alone takes longer to start than a workflow to run.
      debugMode: true,
    });
  const watching = await Worker.create({
    connection,
    taskQueue: watchTaskQueue(taskQueue),
    activities: { watchCluster: activities.watchCluster },
  });
  const mutating = await Worker.create({
    connection,
    taskQueue: mutateTaskQueue(taskQueue),
    activities: { submitCluster: activities.submitCluster, deleteCluster: activities.deleteCluster },
  });
  let main = await createMain();
  let isOver = false;

  async function serve(): Promise<void> {
    await main.run();
    while (!isOver) {
      await cloud.settled();
      main = await createMain();
      await main.run();
    }
  }

  return {
    async deploy(): Promise<void> {
      main.shutdown();
      // Before that it might still learn what the next one is to learn.
      await vi.waitUntil(() => main.getStatus().workflowPollerState === 'SHUTDOWN', { interval: 5 });
    },
    async serveUntil<Result>(ended: () => Promise<Result>): Promise<Result> {
      const served = serve();
      try {
        return await watching.runUntil(mutating.runUntil(ended));
      } finally {
        isOver = true;
        main.shutdown();
        await served;
      }
    },
  };
}

async function endOf<Outcome>(workflow: WorkflowHandle): Promise<Pick<Ended<Outcome>, 'outcome' | 'execution'>> {
  try {
    return { outcome: (await workflow.result()) as Outcome, execution: 'completed' };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError && error.cause instanceof ApplicationFailure)) throw error;
    return { outcome: error.cause.details?.[0] as Outcome, execution: 'failed' };
  }
}
