import { setTimeout as pause } from 'node:timers/promises';
import type {
  BatchStatus,
  FollowedOperation,
  Follower,
  OperationReference,
  OperationStatus,
  Orchestrator,
  ReconcileStatus,
} from '../client/index.ts';

/** How long a request waits, and what ends its wait early. */
export interface Wait {
  milliseconds: number;
  signal: AbortSignal;
  follower: Follower;
}

/** Something that goes on until it is over. */
interface Watched<Status> {
  look: () => Promise<Status>;
  /** @default a look every second */
  watch?: (signal: AbortSignal) => AsyncGenerator<Status, void>;
}

/** Reads the status of a create or delete, and waits until it is done, at most for a time. */
export async function settledOperation(
  orchestrator: Orchestrator,
  operation: OperationReference,
  wait: Wait | undefined,
): Promise<OperationStatus> {
  if (wait !== undefined) await untilDone(operation, wait);
  return orchestrator.operation(operation);
}

/** Waits as long as the follower, which all waits share, does not know an operation, or shows it under way. */
function untilDone(operation: OperationReference, wait: Wait): Promise<void> {
  const over = endOf(wait);
  return new Promise((resolve) => {
    const unfollow = wait.follower.operation(operation, (state) => {
      if (state === undefined || isDone(state)) end();
    });
    function end(): void {
      // The follower may call before it has returned.
      queueMicrotask(() => unfollow());
      resolve();
    }
    if (over.aborted) end();
    else over.addEventListener('abort', end, { once: true });
  });
}

function isDone({ execution, kind, currentStep }: FollowedOperation): boolean {
  return execution !== 'running' || (kind === 'create' && currentStep?.stage === 'running');
}

/** Reads the status of a batch, and waits for its end, at most for a time. */
export function settledBatch({ batches }: Orchestrator, name: string, wait: Wait | undefined): Promise<BatchStatus> {
  return settled({ look: () => batches.status(name), watch: (signal) => batches.watch(name, signal) }, wait);
}

/** Reads the status of a search for orphans, and waits for its end, at most for a time. */
export function settledReconcile(
  { reconcileSearch }: Orchestrator,
  search: OperationReference,
  wait: Wait | undefined,
): Promise<ReconcileStatus> {
  return settled({ look: () => reconcileSearch.status(search) }, wait);
}

/** Returns the last status, whether or not it is over. */
async function settled<Status extends { execution: string }>(
  { look, watch = repeated(look) }: Watched<Status>,
  wait: Wait | undefined,
): Promise<Status> {
  if (wait === undefined) return look();
  const over = endOf(wait);
  let last: Status | undefined;
  try {
    for await (const status of watch(over)) {
      last = status;
      if (status.execution !== 'running') break;
    }
  } catch (error) {
    if (!over.aborted) throw error;
  }
  return last ?? look();
}

function endOf({ signal, milliseconds }: Wait): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(milliseconds)]);
}

function repeated<Status>(look: () => Promise<Status>) {
  return async function* watch(signal: AbortSignal): AsyncGenerator<Status, void> {
    for (;;) {
      yield await look();
      await pause(1_000, undefined, { signal });
    }
  };
}
