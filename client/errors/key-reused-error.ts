import { OrchestratorError } from '../../temporal/orchestrator-error.ts';

/** Thrown when the key of a request belongs to another request already. Nothing was started. Each request needs a key of its own. */
export class KeyReusedError extends OrchestratorError {
  override readonly name = 'KeyReusedError';
  readonly kind = 'conflict';

  constructor() {
    super('the key of this request belongs to another request of the last 24 hours; use a new key for each request');
  }
}
