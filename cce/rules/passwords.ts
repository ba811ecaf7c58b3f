import { instanceEntries } from '../partial-request.ts';
import { inlineSecretPaths } from '../secrets.ts';
import type { Rule } from './rule.ts';

/** No message of these rules may contain the value of a secret or a part of it. */
export const passwordRules: readonly Rule[] = [
  {
    id: 'password-strength',
    description: 'An `adminPassword` has 8 to 32 characters, including letters, digits and one of !@#$%^*().',
    severity: 'error',
    check: (request) =>
      instanceEntries(request).flatMap(({ path, spec: { adminPassword } }) => {
        const faults = typeof adminPassword === 'string' ? passwordFaults(adminPassword) : [];
        if (faults.length === 0) return [];
        return [
          {
            path: `${path}.instanceSpec.adminPassword`,
            message: `The password ${faults.join(' and ')}.`,
            advice: 'Use 8 to 32 characters, including letters, digits and one of !@#$%^*().',
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
        message: 'The request contains the secret in plain text.',
        advice:
          'Replace it with {fromEnv: NAME} or {fromFile: PATH}; the worker reads the value when it sends the request.',
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
