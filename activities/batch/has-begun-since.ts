import type { FoundRun } from '../../temporal/executions/start-operation.ts';

/**
 * Whether somebody asked for a cluster after its deletion was asked for, which may have waited for hours since: whoever did
 * relies on the cluster, whether it was made anew or adopted.
 */
export function hasBegunSince(
  { startedAtMs, isRunning, execution, memo }: Pick<FoundRun, 'startedAtMs' | 'isRunning' | 'execution' | 'memo'>,
  askedAtMs: number,
): boolean {
  const hasCluster = execution === 'COMPLETED' && memo.ended === undefined && memo.clusterID !== undefined;
  return startedAtMs > askedAtMs && (isRunning || hasCluster);
}
