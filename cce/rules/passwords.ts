import { instanceEntries } from '../partial-request.ts';
import { inlineSecretPaths } from '../secrets.ts';
import type { Rule } from './rule.ts';

/** Nothing in this file may put a secret's value, or a part of it, into a text. */
export const passwordRules: readonly Rule[] = [
  {
    id: 'password-strength',
    description: 'An `adminPassword` has 8 to 32 characters, with letters, digits and one of !@#$%^*().',
    severity: 'error',
    check: (request) =>
      instanceEntries(request).flatMap(({ path, spec: { adminPassword } }) => {
        const faults = typeof adminPassword === 'string' ? passwordFaults(adminPassword) : [];
        if (faults.length === 0) return [];
        return [
          {
            path: `${path}.instanceSpec.adminPassword`,
            message: `The password ${faults.join(' and ')}.`,
            advice: 'Use 8 to 32 characters with letters, digits and at least one of !@#$%^*().',
          },
        ];
      }),
  },
  {
    id: 'inline-secret',
    description: 'A secret in a spec file should be a reference, so that its value never enters Temporal.',
    severity: 'warning',
    check: (_request, source) =>
      inlineSecretPaths(source).map((path) => ({
        path,
        message: 'The secret stands in the request in clear.',
        advice: 'Write {fromEnv: NAME} or {fromFile: PATH}; the worker reads it when it makes the request.',
      })),
  },
];

/** Source: vendor's field list. */
function passwordFaults(password: string): string[] {
  return [
    password.length < 8 || password.length > 32 ? 'is not 8 to 32 characters long' : '',
    /[A-Za-z]/.test(password) ? '' : 'has no letter',
    /[0-9]/.test(password) ? '' : 'has no digit',
    /[!@#$%^*()]/.test(password) ? '' : 'has none of !@#$%^*()',
  ].filter((fault) => fault !== '');
}
