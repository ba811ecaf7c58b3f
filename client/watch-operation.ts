import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { OperationReference, OperationStatus } from '../temporal/executions/operation.ts';
import { OperationNotFoundError } from './errors/operation-not-found-error.ts';
import { describeOperation } from './find-operation.ts';
import { statusOf } from './operation-status.ts';

/** A query adds nothing to a workflow's history. The first looks follow each other faster: much happens at the start. */
const pausesMs = [100, 200, 400];
const pauseMs = 1_000;

/** Yields each change of an operation's status until it has ended. {@link Orchestrator.watch} describes it. */
export async function* watchOperation(
  client: Client,
  { workflowID, runID }: OperationReference,
  signal?: AbortSignal,
): AsyncGenerator<OperationStatus, void> {
  const over = new AbortController();
  // The result only ends the last pause early. The outcome comes from the status. Without the signal, a command that has
  // seen enough could not exit before this long poll ends.
  const result = client.withAbortSignal(over.signal, () => client.workflow.getHandle(workflowID, runID).result());
  const ended = result.then(ignore, ignore);
  try {
    for (let last = '', looks = 0; ; looks++) {
      const operation = await describeOperation(client, workflowID, runID);
      if (operation === undefined) throw new OperationNotFoundError(workflowID);
      const status = await statusOf(client, operation);
      const { execution, currentStep, blockedBy } = status;
      const seen = JSON.stringify([execution, currentStep, blockedBy]);
      if (seen !== last) yield status;
      if (execution !== 'running') return;
      last = seen;
      const rest = pause(pausesMs[looks] ?? pauseMs, undefined, signal === undefined ? {} : { signal });
      await Promise.race([ended, rest]);
    }
  } finally {
    over.abort();
  }
}

function ignore(): void {}
