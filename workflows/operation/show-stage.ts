import { upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { Stage } from '../../contract/current-step.ts';
import { searchAttributeKeys, searchAttributePairs } from '../../contract/search-attributes.ts';

/**
 * Those that last for minutes, and so are worth an event of the history. A create is started as `submitting`, since its
 * spec is checked in milliseconds; `verifying` is rare, and the cluster is no more usable than before; and that an
 * operation is `done` Temporal itself knows, so that what stays is the last stage before.
 */
const stagesShown: ReadonlySet<Stage> = new Set<Stage>(['provisioning', 'running', 'deleting', 'cleaningUp']);

/**
 * Lets Temporal list an operation by its stage and cluster. Only one that was started with search attributes: elsewhere
 * the namespace may have none, and to set one would fail the workflow task again and again.
 */
export function showStage(stage: Stage, clusterID: string | undefined): void {
  const { typedSearchAttributes: shown } = workflowInfo();
  const shownStage = shown.get(searchAttributeKeys.stage);
  if (shownStage === undefined || !stagesShown.has(stage)) return;
  if (shownStage === stage && shown.get(searchAttributeKeys.clusterID) === clusterID) return;
  upsertSearchAttributes(searchAttributePairs({ stage, clusterID }));
}
