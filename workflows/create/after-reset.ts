import { workflowInfo } from '@temporalio/workflow';

/** Whether an operator has reset the create: the run before may have sent requests that this run does not know. */
export function isAfterReset(): boolean {
  const { runId, firstExecutionRunId, continuedFromExecutionRunId } = workflowInfo();
  return runId !== firstExecutionRunId && continuedFromExecutionRunId === undefined;
}
