import type { temporal } from '@temporalio/proto';
import type { PendingActivity, Run } from './model.ts';
import { long, timestamp } from './long.ts';

type Description = temporal.api.workflowservice.v1.IDescribeWorkflowExecutionResponse;

/** A run as Temporal describes it. */
export function describe(run: Run): Description {
  const workflowExecutionInfo = { ...infoOf(run), firstRunId: run.firstRunID };
  return {
    executionConfig: { taskQueue: { name: run.taskQueue } },
    workflowExecutionInfo,
    pendingActivities: [...run.activities.values()].map(pendingOf),
    ...((run.isTaskDue || run.broken !== undefined) && {
      pendingWorkflowTask: {
        state: 1,
        attempt: run.broken === undefined ? 1 : 2,
        scheduledTime: timestamp(Date.now()),
      },
    }),
  };
}

/** A run as Temporal lists it. */
export function infoOf(run: Run): temporal.api.workflow.v1.IWorkflowExecutionInfo {
  return {
    execution: { workflowId: run.workflowID, runId: run.runID },
    type: { name: run.type },
    startTime: timestamp(run.startedAtMs),
    executionTime: timestamp(run.startedAtMs),
    ...(run.closedAtMs !== undefined && { closeTime: timestamp(run.closedAtMs) }),
    status: run.status,
    historyLength: long(run.historyLength),
    historySizeBytes: long(run.historyLength * 500),
    memo: { fields: { ...run.memo } },
    searchAttributes: { indexedFields: { ...run.searchAttributes } },
    taskQueue: run.taskQueue,
  };
}

function pendingOf(activity: PendingActivity): temporal.api.workflow.v1.IPendingActivityInfo {
  const { activityID, type, attempt, started, lastFailure, isCancelRequested } = activity;
  const state = started === undefined ? 1 : isCancelRequested ? 3 : 2;
  return {
    activityId: activityID,
    activityType: { name: type },
    state,
    attempt,
    scheduledTime: timestamp(activity.scheduledAtMs),
    ...(started && { lastStartedTime: timestamp(started.startedAtMs) }),
    ...(lastFailure && { lastFailure }),
  };
}
