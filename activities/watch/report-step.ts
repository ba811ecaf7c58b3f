import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { stepChangedSignal } from '../../contract/messages.ts';
import type { ReportStep } from './watch-cluster.ts';

export function stepReporter(client: Client): ReportStep {
  return async ({ workflowId, runId }, change) => {
    try {
      await client.workflow.getHandle(workflowId, runId).signal(stepChangedSignal, change);
    } catch (error) {
      // Closed: the next heartbeat will say so to the activity.
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  };
}
