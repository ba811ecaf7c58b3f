/** The settings do not make sense; `problems` names each one. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(['the configuration is not usable:', ...problems.map((problem) => `- ${problem}`)].join('\n'));
    this.problems = problems;
  }
}
