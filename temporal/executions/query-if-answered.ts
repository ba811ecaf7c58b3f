import type { Client, WorkflowHandle } from '@temporalio/client';
import type { QueryDefinition } from '@temporalio/common';
import type { CurrentStep, ReportedStep } from '../../contract/current-step.ts';
import { currentStepQuery } from '../../contract/messages.ts';
import { PayloadDecryptionError } from '../encryption/payload-decryption-error.ts';

/** Asks an operation for its current step. `undefined` if no worker answers within 5 seconds. */
export async function queryCurrentStep(client: Client, handle: WorkflowHandle): Promise<CurrentStep | undefined> {
  const answer = await queryReportedStep(client, handle);
  return answer && withoutReport(answer);
}

/** The same, with the last report of a watch that the answer contains. */
export function queryReportedStep(client: Client, handle: WorkflowHandle): Promise<ReportedStep | undefined> {
  return queryIfAnswered(client, handle, currentStepQuery);
}

/** The sequence of reports means nothing to people. */
export function withoutReport(answer: ReportedStep): CurrentStep {
  const { reported: _, ...currentStep } = answer;
  return currentStep;
}

/**
 * Whether a create is being taken away: it was cancelled, or cleans up. A caller that attached would only see it end.
 * `false` if no worker answers.
 */
export async function isEnding(client: Client, handle: WorkflowHandle): Promise<boolean> {
  return isBeingTakenAway(await queryCurrentStep(client, handle));
}

/** Whether this step shows that a create was cancelled, or cleans up. */
export function isBeingTakenAway(current: Partial<CurrentStep> | undefined): boolean {
  return current?.stage === 'cleaningUp' || current?.isCancelled === true;
}

/** Sends a query without arguments. `undefined` if no worker answers within 5 seconds. */
export async function queryIfAnswered<Answer>(
  client: Client,
  handle: WorkflowHandle,
  query: QueryDefinition<Answer>,
): Promise<Answer | undefined> {
  try {
    return await client.withDeadline(Date.now() + 5_000, () => handle.query(query));
  } catch (error) {
    // A worker answered, but this client lacks the key for the answer.
    if (error instanceof PayloadDecryptionError) throw error;
    // Temporal answered the caller a moment ago, so the cause is a missing worker.
    return undefined;
  }
}
