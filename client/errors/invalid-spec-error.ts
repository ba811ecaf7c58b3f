import type { Problem } from '../../cce/validate.ts';

/** A spec cannot succeed. Nothing was started and nothing was sent. */
export class InvalidSpecError extends Error {
  override readonly name = 'InvalidSpecError';
  /** All of them, each with its path, the rule it breaks and what to do. */
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(({ path, message }) => `${path}: ${message}`).join('\n'));
    this.problems = problems;
  }
}
