import type { TeardownReport } from '../client/index.ts';
import { counted } from './counted.ts';

/** One line for each cluster that a teardown deletes or spares, one for each pattern, and the totals. */
export function targetLines({ targets, spared, patterns = [] }: TeardownReport): string[] {
  const line = ({ clusterID, clusterName, clusterPhase, createdAt = '' }: TeardownReport['targets'][number]) =>
    [clusterID, clusterName, clusterPhase, createdAt].join('  ').trimEnd();
  return [
    ...targets.map((target) => `delete  ${line(target)}`),
    ...spared.map(({ reason, ...target }) => `spare   ${line(target)}  ${reason}`),
    ...patterns.map(({ condition, pattern, names }) => `--${condition} '${pattern}' took ${counted(names, 'name')}`),
    `${targets.length} to delete, ${spared.length} spared`,
  ];
}
