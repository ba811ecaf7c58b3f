import type { CreateClusterInput } from '../../contract/create.ts';
import { unseenClusterSeconds } from '../../contract/unseen-cluster.ts';
import type { FoundRun } from './start-operation.ts';

/** What a create has to know of the create of its name before: which cluster it may have left, though no list shows it. */
export function recordOfEarlier(
  earlier: FoundRun | undefined,
  nowMs: number,
): Pick<CreateClusterInput, 'knownClusterID' | 'unseenClusterSeconds'> {
  if (earlier === undefined) return {};
  const { execution, closedAtMs, memo } = earlier;
  if (memo.clusterID !== undefined) return { knownClusterID: memo.clusterID };
  const seconds = unseenClusterSeconds({ execution, closedAtMs }, nowMs);
  return seconds === 0 ? {} : { unseenClusterSeconds: seconds };
}
