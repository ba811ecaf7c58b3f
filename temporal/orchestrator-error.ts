/**
 * Says what an {@link OrchestratorError} means to the caller. Exit codes of `ccectl` and statuses of HTTP answers are
 * tables over these kinds.
 */
export type OrchestratorErrorKind =
  /** An argument, an option or a spec file cannot be used. Nothing was started. The caller must change the call. */
  | 'invalidInput'
  /** The request is readable, but its spec breaks a validation rule. Nothing was started. */
  | 'invalidSpec'
  /** The settings of this process are wrong or incomplete: variables, profiles, encryption keys. */
  | 'configuration'
  /** Something else is under way under the same name. The call can succeed once that has ended. */
  | 'conflict'
  /** Temporal knows no such operation or batch, or none in the state that the call needs. */
  | 'notFound'
  /** Temporal does not permit what the call needs. Somebody with more rights must act first. */
  | 'refused'
  /** Temporal does not answer. The same call can succeed later. */
  | 'unreachable'
  /** The user stopped waiting. The operation goes on. */
  | 'interrupted';

/**
 * The base class of all errors that this package throws on purpose. Errors of Temporal's SDK pass through unchanged.
 * No message contains a secret.
 *
 * @example
 * ```ts
 * try {
 *   await orchestrator.create(body);
 * } catch (error) {
 *   if (error instanceof OrchestratorError && error.kind === 'conflict') return tryAgainLater();
 *   throw error;
 * }
 * ```
 */
export abstract class OrchestratorError extends Error {
  abstract readonly kind: OrchestratorErrorKind;
  /** The `ccectl` command that helps. Not part of the message, since other callers have other means. */
  readonly hint?: string;

  constructor(message?: string, { hint, ...options }: ErrorOptions & { hint?: string | undefined } = {}) {
    super(message, options);
    if (hint !== undefined) this.hint = hint;
  }
}
