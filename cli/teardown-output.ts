import type { TeardownReport } from '../client/index.ts';

/** One line for each cluster that a teardown deletes or spares, and the totals. */
export function targetLines({ targets, spared }: TeardownReport): string[] {
  const line = ({ clusterID, clusterName, clusterPhase, createdAt = '' }: TeardownReport['targets'][number]) =>
    [clusterID, clusterName, clusterPhase, createdAt].join('  ').trimEnd();
  return [
    ...targets.map((target) => `delete  ${line(target)}`),
    ...spared.map(({ reason, ...target }) => `spare   ${line(target)}  ${reason}`),
    `${targets.length} to delete, ${spared.length} spared`,
  ];
}
