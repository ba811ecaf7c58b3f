/** An ended create of a name. */
export interface EndedCreate {
  clusterID?: string | undefined;
  /** As Temporal names it, in any case. */
  execution: string;
  /** In milliseconds since the epoch. */
  closedAtMs?: number | undefined;
}

/**
 * Until when, in milliseconds since the epoch, a cluster may still appear that this create has made and that no record has the
 * ID of; `-Infinity` if there is none. Only a create that was ended from outside may have one: any other has looked for what it
 * made before it ended.
 */
export function unseenUntilMs({ clusterID, execution, closedAtMs = -Infinity }: EndedCreate): number {
  const isEndedFromOutside = ['terminated', 'timed_out'].includes(execution.toLowerCase());
  return clusterID === undefined && isEndedFromOutside ? closedAtMs + showsWithinMs : -Infinity;
}

/**
 * 90 s for the request that was under way, which is the limit of the activity that sends it; 90 s until lists show its cluster
 * (docs/assumptions.md); and a minute between clocks.
 */
const showsWithinMs = 240_000;
