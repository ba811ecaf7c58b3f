import type { Client } from '@temporalio/client';
import type { CurrentStep, Stage } from '../contract/current-step.ts';
import { isOverdue } from '../contract/overdue.ts';
import { findBlock } from '../temporal/executions/blocked-by.ts';
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
      ...(await block(client, operation, currentStep)),
    };
  }
  const outcome = await outcomeOfClosedRun(client, operation);
  return { ...operation, ...(outcome !== undefined && { outcome }) };
}

async function block(
  client: Client,
  operation: Operation,
  currentStep: CurrentStep | undefined,
): Promise<Pick<OperationStatus, 'blockedBy'>> {
  // An operation that says what it waits for, or whose cluster is watched, needs no second opinion.
  const { stage, waitsFor, pollTrouble } = currentStep ?? {};
  const isClear = waitsFor !== undefined || pollTrouble !== undefined || (stage !== undefined && telling.has(stage));
  const blockedBy = isClear ? undefined : await findBlock(client, operation, currentStep !== undefined);
  return blockedBy === undefined ? {} : { blockedBy };
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
