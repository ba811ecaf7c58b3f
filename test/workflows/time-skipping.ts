import { randomUUID } from 'node:crypto';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { CreateClusterInput, CreateClusterOutcome } from '../../contract/create.ts';
import type { CurrentStep } from '../../contract/current-step.ts';
import type { DeleteClusterInput, DeleteClusterOutcome } from '../../contract/delete.ts';
import { currentStepQuery } from '../../contract/messages.ts';
import { workflowTypes } from '../../contract/workflow-types.ts';
import { readExample } from '../examples.ts';
import type { CloudScript } from './cloud-script.ts';
import { onModelStage } from './model-stage.ts';
import { onHandOverStage } from './hand-over-stage.ts';
import { scriptedCloud, type ScriptedCloud } from './scripted-cloud.ts';
import { onSkippingStage } from './skipping-stage.ts';
import type { OnStage } from './stage.ts';

export interface Ended<Outcome> {
  outcome: Outcome;
  /** How the execution closed. */
  execution: 'completed' | 'failed';
  /** How lists say that it ended. */
  listedAs: unknown;
  /** What the query answers after the end. */
  currentStep: CurrentStep;
  cloud: ScriptedCloud;
}

/** What {@link createCluster} asks for unless a test says otherwise. */
export const request = readExample('custom', 'a-cluster');

export function createCluster(
  script: CloudScript = {},
  input: Partial<CreateClusterInput> & AfterTermination = {},
): Promise<Ended<CreateClusterOutcome>> {
  return run(workflowTypes.createCluster, { request, ...input }, script);
}

export function deleteCluster(
  script: CloudScript,
  input: DeleteClusterInput & AfterTermination,
): Promise<Ended<DeleteClusterOutcome>> {
  return run(workflowTypes.deleteCluster, input, script);
}

interface AfterTermination {
  /** How long the cluster of a create that was terminated before may still appear, in seconds. */
  unseenSeconds?: number;
}

/** Runs a workflow against a scripted cloud until it has ended. */
function run<Outcome>(
  workflowType: string,
  { unseenSeconds, ...input }: AfterTermination,
  script: CloudScript,
): Promise<Ended<Outcome>> {
  const { start } = script.moments ?? {};
  return stageFor(script)(async ({ client, taskQueue, clouds, serve, nowMs, passTime, deploy }) => {
    const workflowId = `scripted-${randomUUID()}`;
    const cloud = scriptedCloud(script, {
      workflowHandle: (ofWorkflow, runID) => client.workflow.getHandle(ofWorkflow, runID),
      passTime,
      deploy: () => deploy(client.workflow.getHandle(workflowId)),
    });
    clouds.set(workflowId, cloud);
    const record =
      unseenSeconds === undefined
        ? {}
        : { unseenUntil: new Date((await nowMs()) + unseenSeconds * 1000).toISOString() };
    const workflow = await client.workflow.start(workflowType, {
      workflowId,
      taskQueue,
      args: [{ ...input, ...record }],
      memo: { tellsEnd: true },
    });
    await start?.(workflow);
    const ended = async () => {
      const end = await endOf<Outcome>(workflow);
      await cloud.settled();
      const { memo } = await workflow.describe();
      await script.moments?.end?.(workflow);
      return { ...end, listedAs: memo?.['ended'], currentStep: await workflow.query(currentStepQuery), cloud };
    };
    // Without a worker the workflow never ends: a test is to fail with the reason for that.
    const stopped = serve().then(() => Promise.reject(new Error('the workers stopped before the workflow ended')));
    return Promise.race([ended(), stopped]);
  }, start !== undefined);
}

/** All but hand-overs can run on the explorer's model of Temporal too, see `npm run test:model`. */
function stageFor({ deployAt }: CloudScript): OnStage {
  if (deployAt !== undefined) return onHandOverStage;
  return process.env['TESTS_ON_MODEL'] === undefined ? onSkippingStage : onModelStage;
}

async function endOf<Outcome>(workflow: WorkflowHandle): Promise<Pick<Ended<Outcome>, 'outcome' | 'execution'>> {
  try {
    return { outcome: (await workflow.result()) as Outcome, execution: 'completed' };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError && error.cause instanceof ApplicationFailure)) throw error;
    return { outcome: error.cause.details?.[0] as Outcome, execution: 'failed' };
  }
}
