import { OrchestratorError } from '../../temporal/orchestrator-error.ts';

/** Thrown when Temporal knows no batch of this name, or none in the state that the call needs. */
export class BatchNotFoundError extends OrchestratorError {
  override readonly name = 'BatchNotFoundError';
  readonly kind = 'notFound';

  /**
   * @param what The batch that the call needs, e.g. `running batch`.
   * @param reason Why there may be none, where a batch of this name may be known.
   */
  constructor(batchName: string, what = 'batch', reason?: string) {
    super(
      `there is no ${what} named "${batchName}"; ${reason ?? 'Temporal may have removed it after its retention time'}`,
      { hint: reason && `see ccectl batch status ${batchName}` },
    );
  }
}
