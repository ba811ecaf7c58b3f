import { setTimeout as pause } from 'node:timers/promises';
import type { OperationReference, OperationStatus, Orchestrator } from '../client/index.ts';

/** How long a request waits, and what ends its wait early. */
export interface Wait {
  milliseconds: number;
  signal: AbortSignal;
}

/**
 * Reads the status of an operation, and waits until it is done, at most for a time.
 *
 * @returns the last status, whether or not it is done
 */
export async function settled(
  orchestrator: Orchestrator,
  operation: OperationReference,
  wait: Wait | undefined,
): Promise<OperationStatus> {
  if (wait === undefined) return orchestrator.operation(operation);
  const last = await lastOf((signal) => orchestrator.watch(operation, signal), isDone, wait);
  return last ?? orchestrator.operation(operation);
}

/** Looks at something every second until it shows what is waited for, or the wait is over. */
export function repeated<Status>(look: () => Promise<Status>) {
  return async function* watch(signal: AbortSignal): AsyncGenerator<Status, void> {
    for (;;) {
      yield await look();
      await pause(1_000, undefined, { signal });
    }
  };
}

/** Follows a watch until it shows what is waited for, or the wait is over. */
export async function lastOf<Status>(
  watch: (signal: AbortSignal) => AsyncGenerator<Status, void>,
  isEnough: (status: Status) => boolean,
  { milliseconds, signal }: Wait,
): Promise<Status | undefined> {
  const over = AbortSignal.any([signal, AbortSignal.timeout(milliseconds)]);
  let last: Status | undefined;
  try {
    for await (const status of watch(over)) {
      last = status;
      if (isEnough(status)) break;
    }
  } catch (error) {
    if (!over.aborted) throw error;
  }
  return last;
}

function isDone({ execution, kind, currentStep }: OperationStatus): boolean {
  return execution !== 'running' || (kind === 'create' && currentStep?.stage === 'running');
}
