import { protectedObjection } from '../../contract/delete-order.ts';
import { failure } from '../operation/operation-failure.ts';

/** The failure of a delete that must leave its cluster as it is. */
export function notDeleted(clusterID: string, objection: string) {
  const clusterIDs = [clusterID];
  if (objection === protectedObjection) {
    return failure({
      type: 'DeletionProtected',
      message: `${clusterID} is protected from deletion`,
      advice: `switch its protection off first: ccectl unprotect ${clusterID}`,
      clusterIDs,
    });
  }
  return failure({
    type: 'NotDeleted',
    message: `${clusterID} is not deleted: ${objection}`,
    advice: 'look at the cluster; to delete one without our marker, use its clusterID and --foreign',
    clusterIDs,
  });
}
