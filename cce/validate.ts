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

/** The problems found, in the order of {@link validationRules}. */
export interface Validation {
  /** Problems that would make the create fail. */
  errors: Problem[];
  /** Signs that the create may not do what the user intends. */
  warnings: Problem[];
}

export interface ValidationOptions {
  /** The IDs of rules to disable; see {@link validationRules}. */
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

/** The rules that {@link validateCreateRequest} checks, for documentation and for users who disable rules. */
export const validationRules: readonly Pick<Rule, 'id' | 'description' | 'severity'>[] = rules.map(
  ({ id, description, severity }) => ({ id, description, severity }),
);

/** The result of {@link checkCreateRequest}: either the request, or the errors that prevent the create. */
export type CheckedRequest =
  | { request: CreateClusterRequest; errors?: undefined; warnings: Problem[] }
  | { request?: undefined; errors: Problem[]; warnings: Problem[] };

/**
 * Validates and parses the body of a create call in one pass.
 *
 * Accepts any JSON value and never throws. Rules can be disabled, but a value that does not fit the schema of a create
 * request is still an error, with the rule `not-a-request`.
 *
 * @returns The request, with known keys in the spelling of the vendor's SDK, or at least one error.
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
 * Finds all problems of a create request at once, without calling the service.
 *
 * Accepts any JSON value and never throws: it reports an unreadable request as problems. The rules cover what the vendor
 * documents and what was observed; `docs/cce-api.md` gives the source of each rule.
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
    advice: 'Correct the value; this check cannot be disabled.',
  }));
}
