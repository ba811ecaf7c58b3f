import { status, type Temporal } from './temporal/model.ts';

/** What the product may be doing when a message comes. */
export const stages = [
  'submitCluster',
  'findClusters',
  'watchCluster',
  'deleteCluster',
  'lookAtCluster',
  'timer',
  'nothing',
] as const;

/** What the product is doing: an activity that a worker works on, or none. */
export function stageOf({ runs }: Temporal): string {
  const open = runs.filter((run) => run.status === status.running);
  if (open.length === 0) return 'nothing';
  for (const { activities } of open) for (const { type, started } of activities.values()) if (started) return type;
  return 'timer';
}
