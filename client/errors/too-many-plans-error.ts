import { OrchestratorError } from '../../temporal/orchestrator-error.ts';

/** As many large batches or files as this process plans or parses, or keeps waiting, are in hand already. Try again later. */
export class TooManyPlansError extends OrchestratorError {
  override readonly name = 'TooManyPlansError';
  readonly kind = 'unreachable';

  constructor() {
    super('too many large batches or files wait for their turn; repeat the request');
  }
}
