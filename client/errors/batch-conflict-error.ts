import { OrchestratorError } from '../../temporal/orchestrator-error.ts';

/**
 * Thrown when a batch of the same name is under way with other items or another policy, or is ending. Nothing was started or
 * changed.
 */
export class BatchConflictError extends OrchestratorError {
  override readonly name = 'BatchConflictError';
  readonly kind = 'conflict';

  /** @param state What the running batch does, e.g. `ending`. @param advice What the caller can do. */
  constructor(batchName: string, state: string, advice = 'choose another name or wait until it has ended') {
    super(`a batch "${batchName}" is ${state}; ${advice}`);
  }
}
