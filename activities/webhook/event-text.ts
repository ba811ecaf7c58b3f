import type { WebhookEvent } from '../../contract/webhook/event.ts';

/** An event as a line for the people in a chat. */
export function textOf({ type, data }: WebhookEvent): string {
  const { account, region, kind, batch, clusterName, clusterID, stage, outcome, expiresAt, failure } = data;
  const place = `${account}/${region}`;
  const name = batch ?? clusterName ?? clusterID ?? (kind === 'reconcile' ? 'orphans' : 'a cluster');
  const subject = `${place}: ${kind} of ${name}`;
  switch (type) {
    case 'stage':
      return `${subject}: ${stage}`;
    case 'ended': {
      const counts =
        outcome?.total === undefined
          ? ''
          : ` (${outcome.succeeded} of ${outcome.total} succeeded, ${outcome.failed} failed)`;
      const why = outcome?.failure === undefined ? '' : `: ${outcome.failure.type}: ${outcome.failure.message}`;
      return batch === undefined
        ? `${subject} has ended: ${outcome?.outcome}${why}`
        : `${place}: batch ${name} has ended: ${outcome?.outcome}${counts}`;
    }
    case 'leaseEnding':
      return `${place}: the time to live of ${name} ends at ${expiresAt}; ccectl extend gives it more`;
    case 'cleanUpIncomplete':
      return `${subject}: the clean-up is incomplete; left: ${outcome?.cleanup?.clusterIDs.join(', ')}`;
    case 'approvalWanted':
      return `${subject} waits for approval until ${expiresAt}; asked for by ${data.requestedBy}`;
    case 'teardownRefused':
      return `${place}: a teardown deleted nothing: ${failure?.message}`;
  }
}
