import type { Client, WorkflowHandle } from '@temporalio/client';
import type { QueryDefinition } from '@temporalio/common';
import type { CurrentStep } from '../../contract/current-step.ts';
import { currentStepQuery } from '../../contract/messages.ts';
import { PayloadDecryptionError } from '../encryption/payload-decryption-error.ts';

/** `undefined` where no worker answers at the moment. */
export function queryCurrentStep(client: Client, handle: WorkflowHandle): Promise<CurrentStep | undefined> {
  return queryIfAnswered(client, handle, currentStepQuery);
}

/** The same of any query that takes no argument. */
export async function queryIfAnswered<Answer>(
  client: Client,
  handle: WorkflowHandle,
  query: QueryDefinition<Answer>,
): Promise<Answer | undefined> {
  try {
    return await client.withDeadline(Date.now() + 5_000, () => handle.query(query));
  } catch (error) {
    // It did answer, but this client cannot read it.
    if (error instanceof PayloadDecryptionError) throw error;
    // Temporal itself answered a moment ago, so it is the worker that does not.
    return undefined;
  }
}
