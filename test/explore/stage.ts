import { status, type Temporal } from './temporal/model.ts';

/** What the product may be doing when a message comes. */
export const stages = [
  'submitCluster',
  'findClusters',
  'watchCluster',
  'deleteCluster',
  'lookAtCluster',
  'batch',
  'sweep',
  'timer',
  'nothing',
] as const;

export type Stage = (typeof stages)[number];

const stageOfActivity: Record<string, Stage> = {
  startItems: 'batch',
  cancelItems: 'batch',
  holdPages: 'batch',
  describeCreates: 'sweep',
  listMarkedClusters: 'sweep',
  findTeardownTargets: 'sweep',
};

/** What the product is doing: an activity that a worker works on, or none. That a batch waits for its items says little. */
export function stageOf({ runs }: Temporal): Stage {
  const open = runs.filter((run) => run.status === status.running);
  if (open.length === 0) return 'nothing';
  for (const { activities } of open) {
    for (const { type, started } of activities.values()) {
      if (!started || type === 'awaitItems') continue;
      return stageOfActivity[type] ?? stages.find((stage) => stage === type) ?? 'timer';
    }
  }
  return 'timer';
}
