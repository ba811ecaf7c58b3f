import { OrchestratorError } from '../../temporal/orchestrator-error.ts';

/** Thrown when no worker has answered a question within its time limit. Nothing is under way any more. */
export class NoAnswerError extends OrchestratorError {
  override readonly name = 'NoAnswerError';
  readonly kind = 'unreachable';
}
