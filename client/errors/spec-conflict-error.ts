import { OrchestratorError } from '../../temporal/orchestrator-error.ts';

/**
 * Thrown when a create of the same name is under way with a different spec, or when the cluster of that name runs and has
 * a different spec. It stays as it is; nothing was made.
 */
export class SpecConflictError extends OrchestratorError {
  override readonly name = 'SpecConflictError';
  readonly kind = 'conflict';
  readonly workflowID: string;
  /** Where the specs differ, e.g. `cluster.k8sVersion`. Secrets are not compared. Empty where no worker answered. */
  readonly differingPaths: readonly string[];
  /** The cluster that exists. Absent if the create of the name is under way. */
  readonly clusterID?: string;

  constructor(workflowID: string, differingPaths: readonly string[], clusterID?: string) {
    const where = differingPaths.length > 0 ? `it differs in ${differingPaths.join(', ')}` : 'no worker can tell where';
    const what = clusterID === undefined ? 'is under way' : `made ${clusterID}, which exists,`;
    super(`${workflowID} ${what} with a different spec; ${where}`);
    this.workflowID = workflowID;
    this.differingPaths = differingPaths;
    if (clusterID !== undefined) this.clusterID = clusterID;
  }
}
