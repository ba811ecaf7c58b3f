/** An ended create of a name. */
export interface EndedCreate {
  clusterID?: string | undefined;
  /** As Temporal names it, in any case. */
  execution: string;
  /** In milliseconds since the epoch. */
  closedAtMs?: number | undefined;
}

/**
 * For how long, in seconds, a cluster may still appear that the create of a name has made and that no record has the ID of; 0
 * if there is none. Only a create that was ended from outside may have one: any other has looked for what it made before
 * it ended.
 */
export function unseenClusterSeconds(create: EndedCreate, nowMs: number): number {
  const { clusterID, execution, closedAtMs = -Infinity } = create;
  const isEndedFromOutside = ['terminated', 'timed_out'].includes(execution.toLowerCase());
  if (clusterID !== undefined || !isEndedFromOutside) return 0;
  return Math.max(0, Math.ceil((closedAtMs + showsWithinMs - nowMs) / 1000));
}

/**
 * 90 s for the request that was under way, which is the limit of the activity that sends it; 90 s until lists show its cluster
 * (docs/assumptions.md); and a minute between clocks.
 */
const showsWithinMs = 240_000;
