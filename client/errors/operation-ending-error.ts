/** A create of this name is being cancelled or cleaned up; nothing was started. Ask again when it has ended. */
export class OperationEndingError extends Error {
  override readonly name = 'OperationEndingError';
  readonly workflowID: string;

  constructor(workflowID: string) {
    super(`${workflowID} is being cleaned up; ask again when that is done (ccectl status shows it)`);
    this.workflowID = workflowID;
  }
}
