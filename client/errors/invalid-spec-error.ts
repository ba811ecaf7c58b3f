import type { Problem } from '../../cce/validate.ts';
import { OrchestratorError } from '../../temporal/orchestrator-error.ts';

/** Thrown when a spec breaks a validation rule. Nothing was started, and nothing was sent to CCE. */
export class InvalidSpecError extends OrchestratorError {
  override readonly name = 'InvalidSpecError';
  readonly kind = 'invalidSpec';
  /** All problems, each with its path, the rule that the spec breaks, and advice. */
  readonly problems: readonly Problem[];
  /** Signs that the create may not do what the user intends, even once the problems are solved. */
  readonly warnings: readonly Problem[];

  constructor(problems: readonly Problem[], warnings: readonly Problem[] = []) {
    super(problems.map(({ path, message }) => `${path}: ${message}`).join('\n'));
    this.problems = problems;
    this.warnings = warnings;
  }
}
