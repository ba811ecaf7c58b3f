import type { Client } from '@temporalio/client';
import type { CurrentStep } from '../../contract/current-step.ts';
import { queryCurrentStep } from '../../temporal/executions/query-if-answered.ts';
import type { OperationRun } from '../../temporal/executions/start-operation.ts';

/**
 * Asks an item for its current step. `undefined` if no worker answers within 5 seconds, and empty if this worker has no key
 * for the answer: neither may hold up the whole batch.
 */
export function stepOfItem(
  client: Client,
  { workflowID, runID }: Pick<OperationRun, 'workflowID' | 'runID'>,
): Promise<Partial<CurrentStep> | undefined> {
  return queryCurrentStep(client, client.workflow.getHandle(workflowID, runID)).catch(() => ({}));
}
