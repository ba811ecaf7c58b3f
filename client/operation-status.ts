import { WorkflowFailedError, type Client, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { CurrentStep } from '../contract/current-step.ts';
import { queryCurrentStep } from '../temporal/executions/query-if-answered.ts';
import type { Operation, OperationOutcome, OperationStatus } from './operation.ts';

/** Where an operation stands: its current step while it runs, its outcome once it has ended. */
export async function statusOf(client: Client, operation: Operation): Promise<OperationStatus> {
  const handle = client.workflow.getHandle(operation.workflowID, operation.runID);
  if (operation.execution === 'running') {
    const currentStep = await queryCurrentStep(client, handle);
    const clusterID = currentStep?.clusterID ?? operation.clusterID;
    return {
      ...operation,
      ...(clusterID !== undefined && { clusterID }),
      ...(currentStep !== undefined && { currentStep, ...stall(currentStep) }),
    };
  }
  const outcome = await outcomeOf(handle);
  return { ...operation, ...(outcome !== undefined && { outcome }) };
}

/** A step of the published example takes two minutes at most; the whole of it, four. */
const unusualSeconds = 15 * 60;

function stall({ stage, updatedAt }: CurrentStep): Pick<OperationStatus, 'stalledForSeconds'> {
  // A cluster that runs and waits for the end of its lease is not stalled.
  if (stage === 'running' || stage === 'done') return {};
  const seconds = Math.round((Date.now() - Date.parse(updatedAt)) / 1000);
  return seconds < unusualSeconds ? {} : { stalledForSeconds: seconds };
}

/** How a closed run ended; `undefined` for one that was terminated. */
export async function outcomeOf(handle: WorkflowHandle): Promise<OperationOutcome | undefined> {
  try {
    return (await handle.result()) as OperationOutcome;
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    // Nothing but our own workflows' failures has an outcome; a terminated run has none.
    return error.cause instanceof ApplicationFailure ? (error.cause.details?.[0] as OperationOutcome) : undefined;
  }
}
