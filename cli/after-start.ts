import { OrchestratorError } from '../temporal/orchestrator-error.ts';

/** The request has reached the operation, but this process cannot read what has become of it. */
export class StatusUnreadableError extends OrchestratorError {
  override readonly name = 'StatusUnreadableError';
  readonly kind = 'configuration';

  constructor(workflowID: string, cause: OrchestratorError) {
    super(`the request has reached ${workflowID}, but its status cannot be read: ${cause.message}`);
  }
}

/** Runs what follows a request that has been sent, so that an error does not read as if nothing had happened. */
export async function afterStart<Result>(workflowID: string, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof OrchestratorError) || error.kind !== 'configuration') throw error;
    throw new StatusUnreadableError(workflowID, error);
  }
}
