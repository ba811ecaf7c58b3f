import type { TeardownReport } from '../../contract/teardown.ts';
import { OrchestratorError } from '../../temporal/orchestrator-error.ts';

/** Thrown when a teardown's filter matches more clusters than its maximum. Nothing was deleted. */
export class TooManyMatchesError extends OrchestratorError {
  override readonly name = 'TooManyMatchesError';
  readonly kind = 'invalidInput';
  /** The clusters that match. */
  readonly report: TeardownReport;

  constructor(message: string, report: TeardownReport) {
    super(message);
    this.report = report;
  }
}
