import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import type { CurrentStep } from '../contract/current-step.ts';
import { isOverdue } from '../contract/overdue.ts';
import { blockOf, isClear } from '../temporal/executions/blocked-by.ts';
import { describeRun } from '../temporal/executions/describe-run.ts';
import { outcomeOfClosedRun } from '../temporal/executions/outcome-of-run.ts';
import { queryReportedStep } from '../temporal/executions/query-if-answered.ts';
import type { Operation, OperationReference, OperationStatus } from '../temporal/executions/operation.ts';
import { fresherStep, watchedStepOf } from '../temporal/executions/watched-step.ts';

/**
 * Reads the status of an operation: its current step while it runs, and its outcome after its end.
 *
 * @param run Its description, if it was made right now.
 */
export async function statusOf(
  client: Client,
  operation: Operation,
  run?: WorkflowExecutionDescription,
): Promise<OperationStatus> {
  if (operation.execution === 'running') {
    const { currentStep, ...more } = await progressOf(client, operation, run);
    const clusterID = currentStep?.clusterID ?? operation.clusterID;
    return {
      ...operation,
      ...(clusterID !== undefined && { clusterID }),
      ...(currentStep !== undefined && { currentStep, ...unusualSigns(currentStep) }),
      ...more,
    };
  }
  const outcome = await outcomeOfClosedRun(client, operation);
  return { ...operation, ...(outcome !== undefined && { outcome }) };
}

/** Reads how far an operation in progress has got, and what holds it up. */
export async function progressOf(
  client: Client,
  { workflowID, runID }: OperationReference,
  described?: WorkflowExecutionDescription,
): Promise<Pick<OperationStatus, 'currentStep' | 'blockedBy'>> {
  const answer = await queryReportedStep(client, client.workflow.getHandle(workflowID, runID));
  const run = described ?? (await describeRun(client, workflowID, runID));
  const currentStep = fresherStep(answer, run && (await watchedStepOf(client, run)));
  // An operation that says what it waits for, or whose cluster is watched, needs no second opinion.
  const needsNone = run === undefined || (answer !== undefined && isClear(answer));
  const blockedBy = needsNone ? undefined : await blockOf(client, run, answer !== undefined);
  return { ...(currentStep !== undefined && { currentStep }), ...(blockedBy !== undefined && { blockedBy }) };
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
