import { OrchestratorError } from '../../temporal/orchestrator-error.ts';

/** Thrown when Temporal does not let this client set up a namespace. The message names the commands to run instead. */
export class SetUpError extends OrchestratorError {
  override readonly name = 'SetUpError';
  readonly kind = 'refused';
}
