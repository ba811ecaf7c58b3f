import { createClusterRequestSchema } from '../create-cluster.ts';
import { isSecretField } from '../secrets.ts';
import { formatPath } from './field-path.ts';
import { nearestName } from './nearest-name.ts';
import type { Finding, Rule, SchemaIssue } from './rule.ts';
import { describedValues } from './schema-walk.ts';

/** Rules that need only the names, types and known values of fields. */
export const fieldRules: readonly Rule[] = [
  {
    id: 'missing-field',
    description: 'All fields that the API requires are present.',
    severity: 'error',
    check: (_request, _source, issues) =>
      issues.filter(isMissing).map(({ path }) => ({
        path: formatPath(path),
        message: 'The required field is missing.',
        advice: 'Add it; docs/cce-api.md lists the required fields.',
      })),
  },
  {
    id: 'wrong-type',
    description: 'Each known field has the type that the API expects.',
    severity: 'error',
    check: (_request, _source, issues) =>
      issues
        .filter((issue) => !isMissing(issue))
        .map((issue) => ({
          path: formatPath(issue.path),
          message: `The value must be ${expectation(issue)}.`,
          advice: 'Correct the value. In YAML, put quotes around a string that looks like a number.',
        })),
  },
  {
    id: 'misspelt-field',
    description: 'No unknown field looks like a misspelt known field.',
    severity: 'warning',
    check: findMisspeltFields,
  },
  {
    id: 'unknown-value',
    description:
      'A field with a list of known values, such as k8sVersion, has one of them; the service may accept others.',
    severity: 'warning',
    check: findUnknownValues,
  },
];

const expectations: Readonly<Record<string, string>> = {
  string: 'a string',
  int: 'an integer',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

function isMissing({ code, input, path }: SchemaIssue): boolean {
  return code === 'invalid_type' && input === undefined && path.length > 0;
}

/** Describes the expected value. It never shows the actual value, which may be a secret. */
function expectation(issue: SchemaIssue): string {
  const field = issue.path.at(-1);
  if (typeof field === 'string' && isSecretField(field)) return 'a string, {fromEnv: NAME} or {fromFile: PATH}';
  if (issue.code === 'invalid_format') return 'a time, such as 2026-01-31T00:00:00Z';
  if (issue.code === 'invalid_union') return 'an integer or a string';
  return (issue.code === 'invalid_type' ? expectations[issue.expected] : undefined) ?? 'of a different type';
}

function findMisspeltFields(_request: unknown, source: unknown): Finding[] {
  return [...describedValues(createClusterRequestSchema, source)].flatMap(({ keys, value, shape }) => {
    if (shape === undefined) return [];
    return Object.keys(value as object).flatMap((key) => {
      const meant = Object.hasOwn(shape, key) ? undefined : nearestName(key, Object.keys(shape));
      if (meant === undefined) return [];
      return [
        {
          path: formatPath([...keys, key]),
          message: `${key} is not a known field. Did you mean ${meant}?`,
          advice: `Rename it to ${meant}, or disable this rule if the field is new in the API.`,
        },
      ];
    });
  });
}

function findUnknownValues(_request: unknown, source: unknown): Finding[] {
  return [...describedValues(createClusterRequestSchema, source)].flatMap(({ keys, value, schema }) => {
    const knownValues = schema.meta()?.['knownValues'];
    if (!Array.isArray(knownValues) || typeof value !== 'string' || value === '') return [];
    if (knownValues.includes(value)) return [];
    const meant = nearestName(value, knownValues);
    const suggestion = meant === undefined ? `Known values: ${knownValues.join(', ')}.` : `Did you mean ${meant}?`;
    return [
      {
        path: formatPath(keys),
        message: `${JSON.stringify(value)} is not a known value of this field. ${suggestion}`,
        advice: 'Check the spelling. The service may accept values that are newer than this list.',
      },
    ];
  });
}
