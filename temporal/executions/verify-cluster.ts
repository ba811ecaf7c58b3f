import type { Client } from '@temporalio/client';
import { verifyClusterUpdate } from '../../contract/messages.ts';
import { PayloadDecryptionError } from '../encryption/payload-decryption-error.ts';
import type { OperationRun } from './start-operation.ts';

/**
 * Whether the cluster of a create is gone or going, by a look that the create takes now. Such a create waits for the end of
 * the time to live, and would notice an hour later. `false` for a cluster that does not run yet, and if no worker answers.
 */
export async function isClusterLeaving(client: Client, { workflowID, memo }: OperationRun): Promise<boolean> {
  if (memo.leaseBegan !== true) return false;
  try {
    const look = () => client.workflow.getHandle(workflowID).executeUpdate(verifyClusterUpdate);
    const { clusterPhase = 'unknown' } = await client.withDeadline(Date.now() + 10_000, look);
    return ['absent', 'deleting', 'deleted'].includes(clusterPhase);
  } catch (error) {
    if (error instanceof PayloadDecryptionError) throw error;
    return false;
  }
}
