import { OrchestratorError } from '../../temporal/orchestrator-error.ts';

/**
 * Thrown when a create would attach to one whose cluster somebody else has deleted, or is deleting. Nothing was started. That
 * create ends as `vanished` within minutes, once more looks have confirmed it. Ask again then.
 */
export class ClusterGoneError extends OrchestratorError {
  override readonly name = 'ClusterGoneError';
  readonly kind = 'conflict';
  readonly workflowID: string;

  constructor(workflowID: string) {
    super(
      `the cluster of ${workflowID} has run, and is gone or being deleted now; ` +
        'try again when its create has ended, which takes minutes',
      { hint: 'ccectl status shows it' },
    );
    this.workflowID = workflowID;
  }
}
