import type { TeardownReport } from '../../contract/teardown.ts';

/** More clusters match than a teardown is to delete at most. Nothing was deleted. */
export class TooManyMatchesError extends Error {
  override readonly name = 'TooManyMatchesError';
  /** What matches. */
  readonly report: TeardownReport;

  constructor(message: string, report: TeardownReport) {
    super(message);
    this.report = report;
  }
}
