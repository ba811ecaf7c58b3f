import { OrchestratorError } from '../../temporal/orchestrator-error.ts';

/**
 * Thrown when a create of the same name is being cancelled or cleaned up. Nothing was started. Ask again when it has
 * ended.
 */
export class OperationEndingError extends OrchestratorError {
  override readonly name = 'OperationEndingError';
  readonly kind = 'conflict';
  readonly workflowID: string;

  constructor(workflowID: string, advice = 'try again when that has ended') {
    super(`${workflowID} is being cleaned up; ${advice}`, { hint: 'ccectl status shows it' });
    this.workflowID = workflowID;
  }
}
