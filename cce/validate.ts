import { readPartialRequest } from './partial-request.ts';
import { diskRules } from './rules/disks.ts';
import { existedInstanceRules } from './rules/existed-instances.ts';
import { fieldRules } from './rules/fields.ts';
import { instanceRules } from './rules/instances.ts';
import { masterRules } from './rules/masters.ts';
import { nameRules } from './rules/name.ts';
import { networkRules } from './rules/network.ts';
import { passwordRules } from './rules/passwords.ts';
import type { Problem, Rule } from './rules/rule.ts';

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

/**
 * Finds all that is wrong with a create request, at once and without asking the service.
 *
 * Takes any JSON value, and never throws: a request that cannot be read is one with problems. Knows what the vendor
 * documents and what was observed; `docs/cce-api.md` says which rule comes from where.
 */
export function validateCreateRequest(value: unknown, options: ValidationOptions = {}): Validation {
  const request = readPartialRequest(value);
  const enabledRules = rules.filter(({ id }) => !options.disabledRules?.includes(id));
  const findProblems = (severity: Rule['severity']): Problem[] =>
    enabledRules
      .filter((rule) => rule.severity === severity)
      .flatMap((rule) => rule.check(request, value).map((finding) => ({ ...finding, rule: rule.id })));
  return { errors: findProblems('error'), warnings: findProblems('warning') };
}
