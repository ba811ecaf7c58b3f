import { OrchestratorError } from '../orchestrator-error.ts';

/** Thrown when no connection to Temporal can be opened, though its settings are valid. The message names what to check. */
export class UnreachableError extends OrchestratorError {
  override readonly name = 'UnreachableError';
  readonly kind = 'unreachable';
}
