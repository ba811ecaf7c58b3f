import type { CreateClusterRequest } from '../cce/create-cluster.ts';
import { checkCreateRequest, type Problem, type ValidationOptions } from '../cce/validate.ts';
import { InvalidSpecError } from './errors/invalid-spec-error.ts';

export { validateCreateRequest, validationRules } from '../cce/validate.ts';

/**
 * A spec that passed validation. `Orchestrator.create` takes one in place of the body and does not validate it again.
 *
 * @example
 * ```ts
 * const spec = ValidSpec.of(body); // Throws before anything connects to Temporal.
 * const orchestrator = await connect();
 * await orchestrator.create(spec);
 * ```
 */
export class ValidSpec {
  /** The request, with known keys in the spelling of the vendor's SDK. */
  readonly request: CreateClusterRequest;
  /** Signs that the create may not do what the user intends. */
  readonly warnings: readonly Problem[];

  private constructor(request: CreateClusterRequest, warnings: readonly Problem[]) {
    this.request = request;
    this.warnings = warnings;
  }

  /**
   * Validates the body of the API's create call.
   *
   * @throws InvalidSpecError
   */
  static of(body: unknown, options: ValidationOptions = {}): ValidSpec {
    const { request, errors, warnings } = checkCreateRequest(body, options);
    if (errors !== undefined) throw new InvalidSpecError(errors, warnings);
    return new ValidSpec(request, warnings);
  }
}
