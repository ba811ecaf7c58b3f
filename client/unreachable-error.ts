/** Temporal cannot be reached, or no worker of the account and region answers. Nothing is known to be wrong otherwise. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}
