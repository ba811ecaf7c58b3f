import { OrchestratorError } from '../../temporal/orchestrator-error.ts';

/** Thrown when no webhook has this name. */
export class WebhookNotFoundError extends OrchestratorError {
  override readonly name = 'WebhookNotFoundError';
  readonly kind = 'notFound';

  constructor(webhook: string) {
    super(`there is no webhook "${webhook}"`, { hint: 'ccectl webhook list shows all' });
  }
}
