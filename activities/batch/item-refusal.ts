import { isGrpcServiceError, ServiceError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { ItemFailure } from '../../contract/batch/reports.ts';
import { isUnreadable } from '../../temporal/executions/is-unreadable.ts';
import { grpcStatus } from '../../temporal/grpc-status.ts';

/** Returns the reason why an item can never be started; `undefined` if another attempt may succeed. */
export function refusalOf(error: unknown): ItemFailure | undefined {
  if (error instanceof ApplicationFailure) return { type: error.type ?? 'Refused', message: error.message };
  if (isUnreadable(error)) return { type: 'Unreadable', message: error.message };
  // An item that was written by hand may be anything: an object that lacks a part, a name that is too long for an ID.
  const isInvalid =
    error instanceof ServiceError && isGrpcServiceError(error.cause) && error.cause.code === grpcStatus.invalidArgument;
  if (!(error instanceof TypeError) && !isInvalid) return undefined;
  return { type: 'InvalidItem', message: isInvalid ? error.cause.details : error.message };
}

export function refusal(type: string, message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, type);
}

/** Marks the refusal of an item that spares its cluster. It does not count as a failure. */
export function keptMark({ type }: ItemFailure): { kept?: true } {
  return spares.has(type) ? { kept: true } : {};
}

const spares: ReadonlySet<string> = new Set(['NotOurs', 'ClaimedByOthers', 'BegunSince', 'OtherPhase']);
