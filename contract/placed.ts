import type { Priority } from '@temporalio/common';
import { hexDigest } from './hex-digest.ts';
import { workflowIDPrefix, workflowTaskQueue, type Placement } from './identity.ts';

/** The options by which Temporal queues a workflow that is started for an account and region. */
export interface Placed {
  taskQueue: string;
  priority?: Priority;
}

/** Puts a workflow on its task queue. In a pool, where Temporal shares the workers out fairly, accounts take turns. */
export function placed(placement: Placement): Placed {
  const priority = placement.pool === undefined ? {} : { priority: { fairnessKey: turnOf(placement, '') } };
  return { taskQueue: workflowTaskQueue(placement), ...priority };
}

/** The key by which the items of a batch take turns with others. Batches of different accounts may have one name. */
export function turnOfBatch(placement: Placement, batch: string): string {
  return placement.pool === undefined ? batch : turnOf(placement, batch);
}

/** Temporal allows 64 bytes. */
function turnOf(placement: Placement, batch: string): string {
  return hexDigest(new TextEncoder().encode(`${workflowIDPrefix(placement)}${batch}`), 16);
}
