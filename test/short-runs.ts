import type { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { findTemporalBinary } from '../local/temporal-binary.ts';

/** After so many events the server suggests a new run; 4,096 without this. */
export const suggestedEvents = 20;

/** After so many signals the server takes no more for one run; 10,000 without this. */
export const allowedSignals = 60;

const settings = [
  `history.maximumSignalsPerExecution=${allowedSignals}`,
  `limit.historyCount.suggestContinueAsNew=${suggestedEvents}`,
  // By default it lets a second pass between the beginnings of two runs.
  'history.workflowIdReuseMinimalInterval="0s"',
];

/** A Temporal server on which runs are short, so that a few items make a batch go on in many of them. */
export async function startServerOfShortRuns(): Promise<TestWorkflowEnvironment & { stop: () => Promise<void> }> {
  const { path } = await findTemporalBinary('cli');
  const extraArgs = settings.flatMap((setting) => ['--dynamic-config-value', setting]);
  const environment = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'existing-path', path }, extraArgs, log: { format: 'json', level: 'error' } },
  });
  return Object.assign(environment, { stop: () => environment.teardown() });
}

/** The events of all runs of a workflow that has ended, oldest run first. */
export async function eventsOfRuns(
  client: Client,
  workflowID: string,
): Promise<temporal.api.history.v1.IHistoryEvent[][]> {
  const runs: temporal.api.history.v1.IHistoryEvent[][] = [];
  let runID: string | undefined;
  do {
    const { events } = await client.workflow.getHandle(workflowID, runID).fetchHistory();
    runs.unshift(events ?? []);
    runID = events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
  } while (runID !== undefined);
  return runs;
}
