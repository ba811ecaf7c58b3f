import type { z } from 'zod';
import { createClusterRequestSchema, type CreateClusterRequest } from './create-cluster.ts';
import { readPartialRequest } from './partial-request.ts';
import { diskRules } from './rules/disks.ts';
import { existedInstanceRules } from './rules/existed-instances.ts';
import { formatPath } from './rules/field-path.ts';
import { fieldRules } from './rules/fields.ts';
import { instanceRules } from './rules/instances.ts';
import { masterRules } from './rules/masters.ts';
import { nameRules } from './rules/name.ts';
import { networkRules } from './rules/network.ts';
import { passwordRules } from './rules/passwords.ts';
import type { Problem, Rule, SchemaIssue } from './rules/rule.ts';

export type { Problem } from './rules/rule.ts';

/** All that was found, in the order of {@link validationRules}. */
export interface Validation {
  /** The create would fail. */
  errors: Problem[];
  /** The create may not do what its author means. */
  warnings: Problem[];
}

export interface ValidationOptions {
  /** IDs of rules to leave out, see {@link validationRules}. */
  disabledRules?: readonly string[];
}

const rules: readonly Rule[] = [
  ...fieldRules,
  ...nameRules,
  ...masterRules,
  ...instanceRules,
  ...passwordRules,
  ...existedInstanceRules,
  ...diskRules,
  ...networkRules,
];

/** What {@link validateCreateRequest} looks at, for documents and for those who turn rules off. */
export const validationRules: readonly Pick<Rule, 'id' | 'description' | 'severity'>[] = rules.map(
  ({ id, description, severity }) => ({ id, description, severity }),
);

/** A create request after validation: either the request that was read, or the reasons why it cannot be. */
export type CheckedRequest =
  | { request: CreateClusterRequest; errors?: undefined; warnings: Problem[] }
  | { request?: undefined; errors: Problem[]; warnings: Problem[] };

/**
 * Validates the body of a create call and reads it, so that a process parses a spec once.
 *
 * Accepts any JSON value and never throws. A rule can be turned off, but a value that does not fit the schema of a create
 * request remains an error, with the rule `not-a-request`.
 *
 * @returns The request, with known keys in the SDK's spelling, or at least one error.
 *
 * @example
 * const { request, errors } = checkCreateRequest(JSON.parse(text));
 * if (errors !== undefined) throw new InvalidSpecError(errors);
 */
export function checkCreateRequest(value: unknown, options: ValidationOptions = {}): CheckedRequest {
  const parsed = parseCreateRequest(value);
  const { errors, warnings } = applyRules(value, parsed, options);
  if (errors.length > 0) return { errors, warnings };
  return parsed.success ? { request: parsed.data, warnings } : { errors: notARequest(parsed.error.issues), warnings };
}

/**
 * Finds all problems of a create request at once, without asking the service.
 *
 * Accepts any JSON value and never throws: an unreadable request is a request with problems. Knows the vendor's
 * documentation and what was observed; `docs/cce-api.md` gives the source of each rule.
 */
export function validateCreateRequest(value: unknown, options: ValidationOptions = {}): Validation {
  return applyRules(value, parseCreateRequest(value), options);
}

type ParsedRequest = z.ZodSafeParseResult<CreateClusterRequest>;

function parseCreateRequest(value: unknown): ParsedRequest {
  return createClusterRequestSchema.safeParse(value, { reportInput: true });
}

function applyRules(value: unknown, parsed: ParsedRequest, { disabledRules }: ValidationOptions): Validation {
  const request = parsed.success ? parsed.data : readPartialRequest(value);
  const issues = parsed.error?.issues ?? [];
  const enabledRules = rules.filter(({ id }) => !disabledRules?.includes(id));
  const findProblems = (severity: Rule['severity']): Problem[] =>
    enabledRules
      .filter((rule) => rule.severity === severity)
      .flatMap((rule) => rule.check(request, value, issues).map((finding) => ({ ...finding, rule: rule.id })));
  return { errors: findProblems('error'), warnings: findProblems('warning') };
}

function notARequest(issues: readonly SchemaIssue[]): Problem[] {
  return issues.map(({ path, message }) => ({
    path: formatPath(path),
    rule: 'not-a-request',
    message,
    advice: 'This cannot be turned off.',
  }));
}
