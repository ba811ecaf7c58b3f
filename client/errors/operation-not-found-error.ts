import { OrchestratorError } from '../../temporal/orchestrator-error.ts';

/** Thrown when Temporal knows no create or delete of this name or ID, or none that is under way where one must be. */
export class OperationNotFoundError extends OrchestratorError {
  override readonly name = 'OperationNotFoundError';
  readonly kind = 'notFound';

  /**
   * @param what The operation that the call needs, e.g. `running create or delete`.
   * @param latest The latest operation, which is not what the call needs.
   * @param isBatch Whether a batch of this name is under way, which the caller may have meant.
   */
  constructor(
    nameOrID: string,
    what = 'create or delete',
    latest?: { kind: string; execution: string },
    isBatch = false,
  ) {
    const batchHint = `see ccectl batch status ${nameOrID}, or ccectl batch cancel ${nameOrID}`;
    super(`there is no ${what} of "${nameOrID}"; ${isBatch ? 'a batch has this name' : reasonOf(latest)}`, {
      hint: isBatch ? batchHint : latest && `see ccectl status ${nameOrID}`,
    });
  }
}

function reasonOf(latest?: { kind: string; execution: string }): string {
  return latest === undefined
    ? 'either there never was one, or Temporal has removed it after its retention time'
    : `its latest ${latest.kind} ${latest.execution === 'running' ? 'is under way' : 'has ended'}`;
}
