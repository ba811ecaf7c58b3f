import { OrchestratorError } from '../../temporal/orchestrator-error.ts';

/**
 * Thrown when no worker has answered a question within its time limit. No worker begins with it any more. What one had begun
 * may have been done, see `mayBeDone`.
 */
export class NoAnswerError extends OrchestratorError {
  override readonly name = 'NoAnswerError';
  readonly kind = 'unreachable';
  /** A worker may have begun, so what was asked for may have been done. If `false`, it has not been, and will not be. */
  readonly mayBeDone: boolean;

  constructor(message: string, { mayBeDone = false }: { mayBeDone?: boolean } = {}) {
    super(mayBeDone ? `${message}; a worker may have begun, so it may have been done` : message);
    this.mayBeDone = mayBeDone;
  }
}
