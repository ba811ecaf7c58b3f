import type { Client } from '@temporalio/client';
import type { CurrentStep, Stage } from '../contract/current-step.ts';
import { isOverdue } from '../contract/overdue.ts';
import { findBlock } from '../temporal/executions/blocked-by.ts';
import { outcomeOfClosedRun } from '../temporal/executions/outcome-of-run.ts';
import { queryCurrentStep } from '../temporal/executions/query-if-answered.ts';
import type { Operation, OperationReference, OperationStatus } from '../temporal/executions/operation.ts';

/** Reads the status of an operation: its current step while it runs, and its outcome after its end. */
export async function statusOf(client: Client, operation: Operation): Promise<OperationStatus> {
  if (operation.execution === 'running') {
    const { currentStep, ...more } = await progressOf(client, operation);
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
): Promise<Pick<OperationStatus, 'currentStep' | 'blockedBy'>> {
  const currentStep = await queryCurrentStep(client, client.workflow.getHandle(workflowID, runID));
  // An operation that says what it waits for, or whose cluster is watched, needs no second opinion.
  const { stage, waitsFor, pollTrouble } = currentStep ?? {};
  const isClear = waitsFor !== undefined || pollTrouble !== undefined || (stage !== undefined && telling.has(stage));
  const blockedBy = isClear ? undefined : await findBlock(client, { workflowID, runID }, currentStep !== undefined);
  return { ...(currentStep !== undefined && { currentStep }), ...(blockedBy !== undefined && { blockedBy }) };
}

const telling: ReadonlySet<Stage> = new Set<Stage>(['provisioning', 'running', 'done']);

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
