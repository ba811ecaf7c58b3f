/** A namespace cannot be set up; the message says what to run instead. */
export class SetUpError extends Error {
  override readonly name = 'SetUpError';
}
