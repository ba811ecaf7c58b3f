import { OrchestratorError } from '../../temporal/orchestrator-error.ts';

/** Thrown when a batch of the same name is under way with other items or another policy, or is ending. */
export class BatchConflictError extends OrchestratorError {
  override readonly name = 'BatchConflictError';
  readonly kind = 'conflict';

  /** @param state What the running batch does, e.g. `ending`. */
  constructor(batchName: string, state: string) {
    super(`a batch "${batchName}" is ${state}; choose another name or wait until it has ended`);
  }
}
