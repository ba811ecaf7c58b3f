import { OrchestratorError } from './orchestrator-error.ts';

/** Thrown at start when settings of this process are wrong or missing. `problems` names all of them. */
export class ConfigurationError extends OrchestratorError {
  override readonly name = 'ConfigurationError';
  readonly kind = 'configuration';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(['the configuration is invalid:', ...problems.map((problem) => `- ${problem}`)].join('\n'));
    this.problems = problems;
  }
}
