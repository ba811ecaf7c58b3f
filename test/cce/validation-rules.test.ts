import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { validateCreateRequest, validationRules } from '../../cce/validate.ts';
import { machine, violations } from './rule-violations.ts';
import { setFields } from './set-fields.ts';
import { validRequest } from './valid-request.ts';

describe('validation', () => {
  it.each(violations)('reports $rule at $paths.0', ({ rule, set, paths, disabledRules = [] }) => {
    const request = setFields(validRequest(), set);
    const found = problemsOf(request, disabledRules).map((problem) => ({ rule: problem.rule, path: problem.path }));
    expect(found).toStrictEqual(paths.map((path) => ({ rule, path })));
    expect(problemsOf(request, [...disabledRules, rule])).toStrictEqual([]);
  });

  it('has a test for every rule', () => {
    expect(new Set(violations.map(({ rule }) => rule))).toStrictEqual(new Set(validationRules.map(({ id }) => id)));
  });

  it('has documentation for every rule', () => {
    const documentation = readFileSync(new URL('../../docs/cce-api.md', import.meta.url), 'utf8');
    for (const { id, severity } of validationRules) expect(documentation).toContain(`| \`${id}\` | ${severity} |`);
  });

  it('separates errors from warnings', () => {
    const { errors, warnings } = validateCreateRequest(
      setFields(validRequest(), { [`${machine}.imageID`]: undefined, 'cluster.k8sVersion': '1.99.0' }),
    );
    expect(errors.map(({ rule }) => rule)).toStrictEqual(['image-missing']);
    expect(warnings.map(({ rule }) => rule)).toStrictEqual(['unknown-value']);
  });

  it.each([
    { name: 'a misspelt field', set: { 'cluster.clusterNmae': 'a' }, text: 'Did you mean clusterName?' },
    {
      name: 'a misspelt value',
      set: { 'cluster.containerNetworkConfig.mode': 'kubnet' },
      text: 'Did you mean kubenet?',
    },
    { name: 'a wrong type', set: { 'nodes[0].count': '3' }, text: 'a number' },
    { name: 'a weak password', set: { [`${machine}.adminPassword`]: 'short' }, text: 'no digit' },
    {
      name: 'host bits',
      set: { 'cluster.containerNetworkConfig.clusterPodCIDR': '10.0.3.7/16' },
      text: 'Write 10.0.0.0/16',
    },
  ])('advises what to do about $name', ({ set, text }) => {
    const texts = problemsOf(setFields(validRequest(), set), []).map(({ message, advice }) => `${message} ${advice}`);
    expect(texts.join(' ')).toContain(text);
  });
});

/** Each password violates one requirement, which the message must name. */
it.each([
  { password: 'abc123!', text: '8 to 32' },
  { password: `a1!${'x'.repeat(30)}`, text: '8 to 32' },
  { password: '12345678!', text: 'no letter' },
  { password: 'abcdefgh!', text: 'no digit' },
  { password: 'abcdefg1&', text: 'none of !@#$%^*()' },
])('the password $password is rejected: $text', ({ password, text }) => {
  const request = setFields(validRequest(), { [`${machine}.adminPassword`]: password });
  const { errors } = validateCreateRequest(request);
  expect(errors).toMatchObject([{ rule: 'password-strength', path: `${machine}.adminPassword` }]);
  expect(errors[0]!.message).toContain(text);
});

function problemsOf(request: unknown, disabledRules: readonly string[]) {
  const { errors, warnings } = validateCreateRequest(request, { disabledRules });
  return [...errors, ...warnings];
}
