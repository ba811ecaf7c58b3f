import { OrchestratorError } from '../../temporal/orchestrator-error.ts';

/**
 * Thrown when a cancel is aimed at a cluster that runs and waits for the end of its time to live. A cancel would delete the
 * cluster. Nothing was changed.
 */
export class ClusterRunsError extends OrchestratorError {
  override readonly name = 'ClusterRunsError';
  readonly kind = 'conflict';

  constructor(nameOrID: string) {
    super(`"${nameOrID}" runs already, so its create cannot be cancelled; delete the cluster instead`, {
      hint: `ccectl delete ${nameOrID}`,
    });
  }
}
