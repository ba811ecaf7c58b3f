import { OrchestratorError } from '../../temporal/orchestrator-error.ts';

export type OptionValue = string | number | boolean;

/** An option that a call gave, and that what is under way does not have. */
export interface UnmetOption {
  option: string;
  asked: OptionValue;
  /** What is under way has this instead. Absent if it has none, or if it was started by version 0.1. */
  actual?: OptionValue;
}

/**
 * Thrown when a create or delete is under way that the call would attach to, but that was started with other options.
 * It goes on as it was started; nothing was changed.
 */
export class OptionsConflictError extends OrchestratorError {
  override readonly name = 'OptionsConflictError';
  readonly kind = 'conflict';
  readonly workflowID: string;
  readonly unmet: readonly UnmetOption[];

  constructor(workflowID: string, unmet: readonly UnmetOption[], advice: string) {
    const differences = unmet.map(({ option, asked, actual }) => `${option} is ${actual ?? 'not set'}, not ${asked}`);
    super(`${workflowID} is under way with other options: ${differences.join('; ')}; ${advice}`);
    this.workflowID = workflowID;
    this.unmet = unmet;
  }
}
