import type { Client } from '@temporalio/client';
import type { CurrentStep } from '../contract/current-step.ts';
import { isOverdue } from '../contract/overdue.ts';
import { outcomeOfClosedRun } from '../temporal/executions/outcome-of-run.ts';
import { queryCurrentStep } from '../temporal/executions/query-if-answered.ts';
import type { Operation, OperationStatus } from './operation.ts';

/** Reads the status of an operation: its current step while it runs, and its outcome after its end. */
export async function statusOf(client: Client, operation: Operation): Promise<OperationStatus> {
  const { workflowID, runID, execution } = operation;
  if (execution === 'running') {
    const currentStep = await queryCurrentStep(client, client.workflow.getHandle(workflowID, runID));
    const clusterID = currentStep?.clusterID ?? operation.clusterID;
    return {
      ...operation,
      ...(clusterID !== undefined && { clusterID }),
      ...(currentStep !== undefined && { currentStep, ...unusualSigns(currentStep) }),
    };
  }
  const outcome = await outcomeOfClosedRun(client, operation);
  return { ...operation, ...(outcome !== undefined && { outcome }) };
}

/** In the vendor's published example, no step takes more than two minutes, and the whole create takes four. */
const unusualSeconds = 15 * 60;

/** What is unusual about an operation in progress. */
export function unusualSigns(
  { stage, stageSince, updatedAt }: CurrentStep,
  nowMs = Date.now(),
): Pick<OperationStatus, 'stalledForSeconds' | 'overdue'> {
  // A running cluster that waits for the end of its lease is not stalled.
  if (stage === 'running' || stage === 'done') return {};
  const seconds = Math.round((nowMs - Date.parse(updatedAt)) / 1000);
  const isDeletion = stage === 'deleting' || stage === 'cleaningUp';
  return {
    ...(seconds >= unusualSeconds && { stalledForSeconds: seconds }),
    ...(isDeletion &&
      stageSince !== undefined &&
      isOverdue(Date.parse(stageSince), nowMs) && { overdue: { since: stageSince } }),
  };
}
