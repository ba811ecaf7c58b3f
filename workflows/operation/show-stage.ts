import { upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { Stage } from '../../contract/current-step.ts';
import { searchAttributeKeys, searchAttributePairs } from '../../contract/search-attributes.ts';

/**
 * The stages that last for minutes and so are worth a history event. A create starts as `submitting`, since checking
 * its spec takes milliseconds. `verifying` is rare, and does not make the cluster more usable. Temporal itself knows
 * that an operation is `done`, so the last stage before stays visible.
 */
const stagesShown: ReadonlySet<Stage> = new Set<Stage>([
  'provisioning',
  'joiningNodes',
  'running',
  'deleting',
  'cleaningUp',
]);

/**
 * Lets Temporal list an operation by its stage and cluster. Does nothing for an operation that was started without
 * search attributes: its namespace may have none, and setting one would fail the workflow task again and again.
 */
export function showStage(stage: Stage, clusterID: string | undefined): void {
  const { typedSearchAttributes: shown } = workflowInfo();
  const shownStage = shown.get(searchAttributeKeys.stage);
  if (shownStage === undefined || !stagesShown.has(stage)) return;
  if (shownStage === stage && shown.get(searchAttributeKeys.clusterID) === clusterID) return;
  upsertSearchAttributes(searchAttributePairs({ stage, clusterID }));
}
