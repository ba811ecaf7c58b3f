import { OrchestratorError } from '../orchestrator-error.ts';

/** Why a payload could not be decrypted. */
export type DecryptionProblem =
  /** The key ring has no key with the payload's key ID. */
  | 'unknownKey'
  /** The key ring has a different key under the payload's key ID. */
  | 'wrongKey'
  /** The payload was changed after it was encrypted. */
  | 'tampered'
  /** The payload was encrypted for another workflow, or for none. */
  | 'moved';

/**
 * Thrown when a payload from Temporal cannot be decrypted with the keys of this process. It says nothing about the
 * operation itself. The message contains nothing of the payload.
 */
export class PayloadDecryptionError extends OrchestratorError {
  override readonly name = 'PayloadDecryptionError';
  readonly kind = 'configuration';
  readonly problem: DecryptionProblem;

  constructor(problem: DecryptionProblem, message: string) {
    super(message);
    this.problem = problem;
  }
}

/**
 * Whether a message is that of a {@link PayloadDecryptionError} for want of the right key. Temporal keeps nothing but the message
 * of the error with which a workflow task failed.
 */
export function aboutKeys(message: string): boolean {
  return message.startsWith(aboutKeysStart);
}

/** How the messages about an `unknownKey` or a `wrongKey` begin. */
export const aboutKeysStart = 'a payload is encrypted with ';
