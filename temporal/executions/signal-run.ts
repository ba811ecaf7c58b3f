import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { SignalDefinition } from '@temporalio/common';
import { describeRun } from './describe-run.ts';
import { isOpen } from './is-open.ts';

/**
 * Signals a run, or the run in which it goes on: a create with a time to live has many.
 *
 * @throws WorkflowNotFoundError if it has ended
 */
export async function signalRun<Argument>(
  client: Client,
  { workflowID, runID }: { workflowID: string; runID: string },
  signal: SignalDefinition<[Argument]> | SignalDefinition<[Argument?]>,
  argument: Argument,
): Promise<void> {
  for (let run = runID; ;) {
    try {
      return await client.workflow
        .getHandle(workflowID, run)
        .signal<[Argument]>(signal as SignalDefinition<[Argument]>, argument);
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      const last = await describeRun(client, workflowID, run);
      if (last === undefined || !isOpen(last.status.name) || last.runId === run) throw error;
      run = last.runId;
    }
  }
}
