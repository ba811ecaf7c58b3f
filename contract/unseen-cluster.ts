/**
 * Whether the create of a name may just have made a cluster that no record has the ID of and no list shows yet. Only one
 * that was ended from outside may: any other has looked for what it made before it ended.
 */
export function mayHaveUnseenCluster(
  create: {
    clusterID?: string | undefined;
    /** As Temporal names it, in any case. */
    execution: string;
    /** In milliseconds since the epoch. */
    closedAtMs?: number | undefined;
  },
  nowMs: number,
): boolean {
  const { clusterID, execution, closedAtMs = -Infinity } = create;
  const isEndedFromOutside = ['terminated', 'timed_out'].includes(execution.toLowerCase());
  return clusterID === undefined && isEndedFromOutside && nowMs - closedAtMs < showsWithinMs;
}

/** 90 s for the request that was under way, 90 s until lists show its cluster, and a minute between clocks. */
const showsWithinMs = 240_000;
