import { describeUnmet, type UnmetOption } from '../../contract/unmet-options.ts';
import { OrchestratorError } from '../../temporal/orchestrator-error.ts';

/**
 * Thrown when a create or delete is under way that the call would attach to, but that was started with other options.
 * It goes on as it was started; nothing was changed.
 */
export class OptionsConflictError extends OrchestratorError {
  override readonly name = 'OptionsConflictError';
  readonly kind = 'conflict';
  readonly workflowID: string;
  readonly unmet: readonly UnmetOption[];

  constructor(workflowID: string, unmet: readonly UnmetOption[], advice: string, hint?: string) {
    super(`${workflowID} is under way with other options: ${describeUnmet(unmet)}; ${advice}`, { hint });
    this.workflowID = workflowID;
    this.unmet = unmet;
  }
}
