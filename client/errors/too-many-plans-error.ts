import { OrchestratorError } from '../../temporal/orchestrator-error.ts';

/** Thrown when this process already plans or parses, or keeps waiting, its maximum of large batches or files. Try again later. */
export class TooManyPlansError extends OrchestratorError {
  override readonly name = 'TooManyPlansError';
  readonly kind = 'unreachable';

  /** @param whose Whether the asker has enough in hand, or all askers together. */
  constructor(whose: 'yours' | 'all') {
    const subject = whose === 'yours' ? 'your other large batches or files' : 'too many large batches or files';
    super(`${subject} wait for their turn; repeat the request`);
  }
}
