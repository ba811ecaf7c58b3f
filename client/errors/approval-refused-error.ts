import type { decisionRefusals } from '../../contract/approval.ts';
import { OrchestratorError } from '../../temporal/orchestrator-error.ts';

/** Thrown when a decision about a change does not count. Nothing was started. */
export class ApprovalRefusedError extends OrchestratorError {
  override readonly name = 'ApprovalRefusedError';
  readonly kind = 'conflict';
  readonly reason: (typeof decisionRefusals)[number];

  constructor(reason: (typeof decisionRefusals)[number], message: string) {
    super(message);
    this.reason = reason;
  }
}
