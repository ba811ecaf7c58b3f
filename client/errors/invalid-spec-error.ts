import type { Problem } from '../../cce/validate.ts';
import { OrchestratorError } from '../../temporal/orchestrator-error.ts';

/** Thrown when a spec breaks a validation rule. Nothing was started, and nothing was sent to CCE. */
export class InvalidSpecError extends OrchestratorError {
  override readonly name = 'InvalidSpecError';
  readonly kind = 'invalidSpec';
  /** All problems, each with its path, the rule that the spec breaks, and advice. */
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(({ path, message }) => `${path}: ${message}`).join('\n'));
    this.problems = problems;
  }
}
