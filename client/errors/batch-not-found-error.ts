import { OrchestratorError } from '../../temporal/orchestrator-error.ts';

/** Thrown when Temporal knows no batch of this name, or none in the state that the call needs. */
export class BatchNotFoundError extends OrchestratorError {
  override readonly name = 'BatchNotFoundError';
  readonly kind = 'notFound';

  /** @param what The batch that the call needs, e.g. `running batch`. */
  constructor(batchName: string, what = 'batch') {
    super(`there is no ${what} named "${batchName}"; Temporal may have removed it after its retention time`);
  }
}
