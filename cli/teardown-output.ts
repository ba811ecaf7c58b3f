import type { TeardownReport } from '../client/index.ts';

/** What a teardown is about: a line for each cluster. */
export function targetLines({ targets, spared }: TeardownReport): string[] {
  const line = ({ clusterID, clusterName, clusterPhase, createdAt = '' }: TeardownReport['targets'][number]) =>
    [clusterID, clusterName, clusterPhase, createdAt].join('  ').trimEnd();
  return [
    ...targets.map((target) => `delete  ${line(target)}`),
    ...spared.map(({ reason, ...target }) => `spare   ${line(target)}  ${reason}`),
    `${targets.length} to delete, ${spared.length} spared`,
  ];
}
