import { OrchestratorError } from '../../temporal/orchestrator-error.ts';

/** Thrown when Temporal knows no create or delete of this name or ID, or none that is under way where one must be. */
export class OperationNotFoundError extends OrchestratorError {
  override readonly name = 'OperationNotFoundError';
  readonly kind = 'notFound';

  /**
   * @param what The operation that the call needs, e.g. `running create or delete`.
   * @param latest The latest operation, which is not what the call needs.
   */
  constructor(nameOrID: string, what = 'create or delete', latest?: { kind: string; execution: string }) {
    const reason =
      latest === undefined
        ? 'either there never was one, or Temporal has removed it after its retention time'
        : `its latest ${latest.kind} ${latest.execution === 'running' ? 'is under way' : 'has ended'}, see ccectl status ${nameOrID}`;
    super(`there is no ${what} of "${nameOrID}"; ${reason}`);
  }
}
