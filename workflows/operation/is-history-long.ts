import { workflowInfo } from '@temporalio/workflow';

/** Whether a workflow should continue as new: Temporal suggests it, or the history has this number of events. */
export function isHistoryLong(most: number): boolean {
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  return continueAsNewSuggested || historyLength >= most;
}
