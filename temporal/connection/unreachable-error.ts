/** Temporal cannot be reached. Nothing is known to be wrong otherwise. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}
