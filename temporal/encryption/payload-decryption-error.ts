/** Why a payload could not be decrypted. */
export type DecryptionProblem =
  /** No key of this ID is in the ring. */
  | 'unknownKey'
  /** The ring has another key under this ID. */
  | 'wrongKey'
  /** What is there is not what was encrypted. */
  | 'tampered'
  /** It was encrypted for another workflow, or for none. */
  | 'moved';

/** A payload from Temporal could not be decrypted. Its message has nothing of the content. */
export class PayloadDecryptionError extends Error {
  override readonly name = 'PayloadDecryptionError';
  readonly problem: DecryptionProblem;

  constructor(problem: DecryptionProblem, message: string) {
    super(message);
    this.problem = problem;
  }
}
