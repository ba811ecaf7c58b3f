import { OrchestratorError } from '../../temporal/orchestrator-error.ts';

/** Thrown when Temporal knows no batch of this name, or none in the state that the call needs. */
export class BatchNotFoundError extends OrchestratorError {
  override readonly name = 'BatchNotFoundError';
  readonly kind = 'notFound';

  /** @param what The batch that the call needs, e.g. `a batch that is under way`. */
  constructor(batchName: string, what = 'a batch') {
    super(`"${batchName}" is not the name of ${what}; it may be past Temporal's retention`);
  }
}
