/**
 * The schemas and rules of specs alone: for a form, a linter or a service that accepts specs. Loads nothing of Temporal.
 *
 * @example
 * ```ts
 * import { validateCreateRequest } from 'cce-orchestrator/schemas';
 *
 * const { errors, warnings } = validateCreateRequest(body);
 * for (const { path, message, advice } of errors) console.error(path, message, advice);
 * ```
 *
 * @module
 */
export { createClusterRequestSchema, type CreateClusterRequest } from '../cce/create-cluster.ts';
export { validateCreateRequest, validationRules, type Problem, type Validation } from '../cce/validate.ts';
export { requestJSONSchema } from './request-json-schema.ts';
