/** A batch of the same name is under way with other items. */
export class BatchConflictError extends Error {
  override readonly name = 'BatchConflictError';

  constructor(batchName: string, items: number) {
    super(
      `a batch "${batchName}" is under way with other items (${items}); choose another name, or wait until it is over`,
    );
  }
}
