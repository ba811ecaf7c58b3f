import type { Client } from '@temporalio/client';
import type { CreateClusterInput } from '../../contract/create.ts';
import { unmetReadiness, wantedNodes } from '../../contract/readiness.ts';
import { describeUnmet, unmetOptions, type Options, type UnmetOption } from '../../contract/unmet-options.ts';
import { isBeingTakenAway } from '../../temporal/executions/query-if-answered.ts';
import { claimRun, isClaimable, type OperationRun } from '../../temporal/executions/start-operation.ts';
import { isClusterLeaving } from '../../temporal/executions/verify-cluster.ts';
import { refusal } from './item-refusal.ts';
import { stepOfItem } from './step-of-item.ts';

/**
 * Makes sure that an item may rely on a create under way, and claims it for the item.
 *
 * @returns `false` if it has ended since: a create of this batch's own then adopts the cluster
 */
export async function attachToCreate(client: Client, run: OperationRun, create: CreateClusterInput): Promise<boolean> {
  const { workflowID, memo } = run;
  const ending = () => refusal('OperationEnding', `${workflowID} was cancelled, or is being cleaned up`);
  const before = await stepOfItem(client, run);
  if (isBeingTakenAway(before)) throw ending();
  // Each question that no worker answers takes seconds, and the attempt has other items to start.
  const isServed = before !== undefined;
  if (isServed && (await isClusterLeaving(client, run))) {
    throw refusal(
      'ClusterGone',
      `the cluster of ${workflowID} is gone or being deleted; try again when its create has ended`,
    );
  }
  refuseOtherOptions(run, wishesOf(create), unmetNodes(run, create));
  if (!(await claimRun(client, run))) return false;
  // A cancel that came before the claim counts.
  if (isClaimable(memo) && isServed && isBeingTakenAway(await stepOfItem(client, run))) throw ending();
  return true;
}

/** What a create under way cannot be made to do: its cluster would stay for ever, or go, against the wish of the item. */
function wishesOf({ ttlSeconds, onFailure }: CreateClusterInput): Options {
  return { ttlSeconds, onFailure: onFailure === 'delete' ? undefined : onFailure };
}

/**
 * What the create lacks if it ends well with fewer nodes than the item wants. An item of a client of before wants none. The
 * default may not stop a batch that meets a create of such a client, which has no readiness.
 */
function unmetNodes({ memo }: OperationRun, { request, readiness, onNodeFailure }: CreateClusterInput): UnmetOption[] {
  const { options = {} } = memo;
  if (readiness === undefined || (readiness === 'nodes' && options['readiness'] === undefined)) return [];
  const asked = { readiness, ...(onNodeFailure !== undefined && { onNodeFailure }) };
  return [unmetReadiness(asked, options, wantedNodes(request)) ?? []].flat();
}

/** A run of somebody else keeps the options that it was started with. Without a word, the item would rely on its own. */
export function refuseOtherOptions(
  { workflowID, memo }: OperationRun,
  wishes: Options,
  more: readonly UnmetOption[] = [],
): void {
  const unmet = [...unmetOptions(wishes, memo.options ?? {}), ...more];
  if (unmet.length === 0) return;
  throw refusal('OptionsConflict', `${workflowID} is in progress with other options: ${describeUnmet(unmet)}`);
}
