/** Temporal knows no create or delete by this name or ID, or none that is still under way where one is needed. */
export class OperationNotFoundError extends Error {
  override readonly name = 'OperationNotFoundError';

  constructor(nameOrID: string, what = 'create or delete') {
    super(`there is no ${what} of "${nameOrID}"; it may never have been asked for, or be past Temporal's retention`);
  }
}
