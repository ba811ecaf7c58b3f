import { OrchestratorError } from '../../temporal/orchestrator-error.ts';

/** Thrown when a create of the same name is under way with a different spec. That create goes on; nothing was started. */
export class SpecConflictError extends OrchestratorError {
  override readonly name = 'SpecConflictError';
  readonly kind = 'conflict';
  readonly workflowID: string;
  /** Where the specs differ, e.g. `cluster.k8sVersion`. Secrets are not compared. Empty where no worker answered. */
  readonly differingPaths: readonly string[];

  constructor(workflowID: string, differingPaths: readonly string[]) {
    const where = differingPaths.length > 0 ? `it differs in ${differingPaths.join(', ')}` : 'no worker can tell where';
    super(`${workflowID} is under way with a different spec; ${where}`);
    this.workflowID = workflowID;
    this.differingPaths = differingPaths;
  }
}
