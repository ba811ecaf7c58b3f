import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { stepChangedSignal } from '../../contract/messages.ts';
import type { ReportStep } from './watch-cluster.ts';

/** Reports changes of a step to a workflow by a signal. A workflow that has closed is passed over. */
export function stepReporter(client: Client): ReportStep {
  return async ({ workflowId, runId }, change) => {
    try {
      await client.workflow.getHandle(workflowId, runId).signal(stepChangedSignal, change);
    } catch (error) {
      // The workflow has closed: the next heartbeat tells the activity.
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  };
}
