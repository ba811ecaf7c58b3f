import type { WebhookSettings } from './settings.ts';

/** What a webhook is for, as text to compare: all of its scope, a batch, or one operation. */
export function webhookSubject({ batch, operation }: Pick<WebhookSettings, 'batch' | 'operation'>): string {
  return JSON.stringify([batch, operation?.workflowID, operation?.runID]);
}
