/** A batch of the same name is under way, and is not the one that was asked for. */
export class BatchConflictError extends Error {
  override readonly name = 'BatchConflictError';

  /** @param state e.g. `being ended` */
  constructor(batchName: string, state: string) {
    super(`a batch "${batchName}" is ${state}; choose another name, or wait until it is over`);
  }
}
