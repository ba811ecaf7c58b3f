import { failure } from '../operation/operation-failure.ts';

/** The failure of a delete by a name that several clusters have. */
export function ambiguousName(clusterName: string, clusterIDs: string[]) {
  return failure({
    type: 'AmbiguousName',
    message: `${clusterIDs.length} clusters are named "${clusterName}": ${clusterIDs.join(', ')}`,
    advice: 'delete by clusterID',
    clusterIDs,
  });
}
