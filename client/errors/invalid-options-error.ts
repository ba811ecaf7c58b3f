import { OrchestratorError } from '../../temporal/orchestrator-error.ts';

/** One option that cannot be used. */
export interface OptionProblem {
  /** The option's name within the arguments of the call, e.g. `delete.concurrency`. */
  path: string;
  /** Says what the option must be, and what it is instead. */
  message: string;
}

/** Thrown when options of a call cannot be used. Nothing was started. `problems` names all of them. */
export class InvalidOptionsError extends OrchestratorError {
  override readonly name = 'InvalidOptionsError';
  readonly kind = 'invalidInput';
  readonly problems: readonly OptionProblem[];

  constructor(problems: readonly OptionProblem[]) {
    super(problems.map(({ path, message }) => `${path} ${message}`).join('\n'));
    this.problems = problems;
  }
}
