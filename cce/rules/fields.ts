import { createClusterRequestSchema } from '../create-cluster.ts';
import { isSecretField } from '../secrets.ts';
import { formatPath } from './field-path.ts';
import { nearestName } from './nearest-name.ts';
import type { Finding, Rule, SchemaIssue } from './rule.ts';
import { describedValues } from './schema-walk.ts';

/** What can be said of a request from the types of its fields alone. */
export const fieldRules: readonly Rule[] = [
  {
    id: 'missing-field',
    description: 'The fields that the API requires are there.',
    severity: 'error',
    check: (_request, _source, issues) =>
      issues.filter(isMissing).map(({ path }) => ({
        path: formatPath(path),
        message: 'The field is missing.',
        advice: 'Add it; docs/cce-api.md lists what the API requires.',
      })),
  },
  {
    id: 'wrong-type',
    description: 'The fields that the API knows have the type that it expects.',
    severity: 'error',
    check: (_request, _source, issues) =>
      issues
        .filter((issue) => !isMissing(issue))
        .map((issue) => ({
          path: formatPath(issue.path),
          message: `This should be ${expectation(issue)}.`,
          advice: 'Correct the value; in YAML, quote a text that looks like a number.',
        })),
  },
  {
    id: 'misspelt-field',
    description: 'A field that the API does not know is not a slip of the pen for one that it knows.',
    severity: 'warning',
    check: findMisspeltFields,
  },
  {
    id: 'unknown-value',
    description:
      'Fields with a list of values, such as k8sVersion and masterType, have one of them; new ones may exist.',
    severity: 'warning',
    check: findUnknownValues,
  },
];

const expectations: Readonly<Record<string, string>> = {
  string: 'a text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

function isMissing({ code, input, path }: SchemaIssue): boolean {
  return code === 'invalid_type' && input === undefined && path.length > 0;
}

/** Looks at what was expected, never at what is there: that may be a secret. */
function expectation(issue: SchemaIssue): string {
  const field = issue.path.at(-1);
  if (typeof field === 'string' && isSecretField(field)) return 'a text, {fromEnv: NAME} or {fromFile: PATH}';
  if (issue.code === 'invalid_format') return 'a time, such as 2026-01-31T00:00:00Z';
  if (issue.code === 'invalid_union') return 'a whole number or a text';
  return (issue.code === 'invalid_type' ? expectations[issue.expected] : undefined) ?? 'another value';
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
          message: `The API knows no field ${key} here. Did you mean ${meant}?`,
          advice: `Rename it to ${meant}, or turn this rule off if the field is a new one.`,
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
    const suggestion = meant === undefined ? `Known are ${knownValues.join(', ')}.` : `Did you mean ${meant}?`;
    return [
      {
        path: formatPath(keys),
        message: `${JSON.stringify(value)} is not among the values known here. ${suggestion}`,
        advice: 'Check it; the service may know values that are newer than this list.',
      },
    ];
  });
}
