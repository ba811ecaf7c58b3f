import { OrchestratorError } from '../../temporal/orchestrator-error.ts';

/** As many large batches as this process plans, or keeps waiting, are in hand already. Plan the batch again later. */
export class TooManyPlansError extends OrchestratorError {
  override readonly name = 'TooManyPlansError';
  readonly kind = 'unreachable';

  constructor() {
    super('too many large batches wait for their plan; repeat the request');
  }
}
