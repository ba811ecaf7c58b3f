import type { CreateClusterOutcome } from '../../contract/create.ts';

/**
 * The clusters that a create which has ended leaves, and that a rollback deletes: all that its clean-up left, or else its
 * cluster, and the surplus clusters that it could not delete.
 *
 * @param recorded The cluster in the memo of the create, which a create that was terminated has too.
 */
export function clustersToUndo(
  outcome: Pick<CreateClusterOutcome, 'cleanup' | 'clusterID' | 'duplicates'> | undefined,
  recorded: string | undefined,
): string[] {
  const { cleanup, clusterID = recorded, duplicates = [] } = outcome ?? {};
  const isLeft = cleanup?.status === 'kept' || cleanup?.status === 'incomplete';
  const own = isLeft ? cleanup.clusterIDs : clusterID === undefined ? [] : [clusterID];
  const surplus = duplicates.flatMap((duplicate) => (duplicate.deleted ? [] : [duplicate.clusterID]));
  return [...new Set([...own, ...surplus])];
}
