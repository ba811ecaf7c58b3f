import { activityInfo } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import type { Options } from '../../contract/unmet-options.ts';
import type { FoundRun } from '../../temporal/executions/start-operation.ts';
import { refusal } from './item-refusal.ts';
import { stepOfItem } from './step-of-item.ts';

/**
 * Refuses to cancel a create with flags of a delete if it cleans up already: a clean-up that has begun goes on as its cancel said.
 * A repeated attempt of an activity may have sent that cancel itself.
 */
export async function refuseDroppedFlags(client: Client, create: FoundRun, flags: Options): Promise<void> {
  if (activityInfo().attempt > 1 || !Object.values(flags).includes(true)) return;
  if ((await stepOfItem(client, create))?.stage === 'cleaningUp') {
    throw refusal('OperationEnding', `${create.workflowID} cleans up already, without these delete flags`);
  }
}
