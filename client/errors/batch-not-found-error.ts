/** Temporal knows no batch of this name, or none in the state that is needed. */
export class BatchNotFoundError extends Error {
  override readonly name = 'BatchNotFoundError';

  /** @param what e.g. `a batch that is under way` */
  constructor(batchName: string, what = 'a batch') {
    super(`"${batchName}" is not the name of ${what}; it may be past Temporal's retention`);
  }
}
