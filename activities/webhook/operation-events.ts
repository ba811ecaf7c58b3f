import { createHash } from 'node:crypto';
import type { AccountRegion } from '../../contract/identity.ts';
import type { OperationFailure } from '../../contract/operation-failure.ts';
import { operationIDOf } from '../../contract/operation-id.ts';
import type { OperationOutcome } from '../../contract/operation-outcome.ts';
import type { EndSummary, FailureSummary, WebhookEvent, WebhookEventData } from '../../contract/webhook/event.ts';
import { chainOf, type FollowedOperation } from '../../temporal/follow/followed-operation.ts';
import type { News } from '../../temporal/follow/scope-reader.ts';

/**
 * The events in the news of an operation, as a webhook tells them.
 *
 * @param sinceMs Events before this time are dropped, in milliseconds since the epoch. If the operation began before,
 *   nobody knows when its first stages happened, so its first news is dropped, except for an end after this time.
 */
export function webhookEventsOf(
  scope: AccountRegion,
  { operation, events, before }: News,
  sinceMs: number,
  nowMs: number,
): WebhookEvent[] {
  const isEarlier = Date.parse(operation.startedAt) < sinceMs && before === 0;
  if (isEarlier && !(Date.parse(operation.closedAt ?? '') >= sinceMs)) return [];
  const data = dataOf(scope, operation);
  return events.flatMap((event): WebhookEvent[] => {
    if (event.type === 'ended') return endsOf(operation, data, event.position, nowMs);
    if (event.type !== 'stage' || isEarlier) return [];
    const { stage, clusterID, position } = event;
    const { currentStep } = operation;
    const timestamp = (stage === currentStep?.stage && currentStep.stageSince) || new Date(nowMs).toISOString();
    const more = { stage, ...(clusterID !== undefined && { clusterID }) };
    return [{ id: idOf(chainOf(operation), position), type: 'stage', timestamp, data: { ...data, ...more } }];
  });
}

function endsOf(operation: FollowedOperation, data: WebhookEventData, position: number, nowMs: number): WebhookEvent[] {
  const timestamp = operation.closedAt ?? new Date(nowMs).toISOString();
  const outcome = summaryOf(operation.outcome, operation.execution);
  const told = { timestamp, data: { ...data, outcome } };
  const ended = { id: idOf(chainOf(operation), position), type: 'ended', ...told } as const;
  const cleanup =
    operation.outcome !== undefined && 'cleanup' in operation.outcome ? operation.outcome.cleanup : undefined;
  // A clean-up that met an objection has left what it was to delete; one without was to keep it.
  if (cleanup?.status !== 'incomplete' && cleanup?.objection === undefined) return [ended];
  return [ended, { id: idOf(chainOf(operation), 'cleanUpIncomplete'), type: 'cleanUpIncomplete', ...told }];
}

const hourMs = 3_600_000;

/**
 * When the time to live of a running cluster ends. `undefined` unless that is within an hour, or within a tenth of the time to
 * live if that is less.
 */
export function endingLeaseOf({ execution, currentStep }: FollowedOperation, nowMs: number): number | undefined {
  const { stage, expiresAt, ttlSeconds = Infinity } = currentStep ?? {};
  if (execution !== 'running' || stage !== 'running' || expiresAt === undefined) return undefined;
  const expiresAtMs = Date.parse(expiresAt);
  return expiresAtMs - nowMs <= Math.min(hourMs, ttlSeconds * 100) ? expiresAtMs : undefined;
}

/** The event of a time to live that is about to end. After an extension, there is another one. */
export function leaseEvent(
  scope: AccountRegion,
  operation: FollowedOperation,
  expiresAtMs: number,
  nowMs: number,
): WebhookEvent {
  return {
    id: idOf(chainOf(operation), `lease ${expiresAtMs}`),
    type: 'leaseEnding',
    timestamp: new Date(nowMs).toISOString(),
    data: { ...dataOf(scope, operation), expiresAt: new Date(expiresAtMs).toISOString() },
  };
}

/** The ID of an event. It has no full stop, which separates the parts of a signed text. */
export function idOf(subject: string, event: string | number): string {
  return `evt_${createHash('sha256').update(`${subject} ${event}`).digest('hex').slice(0, 32)}`;
}

/** The path of an operation in the HTTP API. */
export function operationPath({ account, region }: AccountRegion, operationID: string): string {
  return `/v1/${account}/${region}/operations/${operationID}`;
}

function dataOf(scope: AccountRegion, operation: FollowedOperation): WebhookEventData {
  const { kind, workflowID, clusterName, clusterID, requestedBy } = operation;
  const { account, region } = scope;
  return {
    account,
    region,
    kind,
    operation: operationPath(scope, operationIDOf(scope, operation)),
    workflowID,
    ...(clusterName !== undefined && { clusterName }),
    ...(clusterID !== undefined && { clusterID }),
    ...(requestedBy !== undefined && { requestedBy }),
  };
}

/** The maximum number of clusters that an event names, and of characters that it quotes. */
const mostIDs = 100;
const longestText = 2_000;

function summaryOf(outcome: OperationOutcome | undefined, execution: string): EndSummary {
  if (outcome === undefined) return { outcome: execution };
  const { failure } = outcome;
  const cleanup = 'cleanup' in outcome ? outcome.cleanup : undefined;
  return {
    outcome: outcome.outcome,
    ...(failure !== undefined && { failure: failureSummaryOf(failure) }),
    ...(cleanup && { cleanup: { status: cleanup.status, clusterIDs: cleanup.clusterIDs.slice(0, mostIDs) } }),
  };
}

/** A failure without what may be long. */
export function failureSummaryOf({ type, message, advice, code, requestID }: OperationFailure): FailureSummary {
  return {
    type,
    message: message.slice(0, longestText),
    ...(advice !== undefined && { advice: advice.slice(0, longestText) }),
    ...(code !== undefined && { code }),
    ...(requestID !== undefined && { requestID }),
  };
}
