import { clusterNamePattern } from '../cluster-name.ts';
import type { Rule } from './rule.ts';

const path = 'cluster.clusterName';

/** Source: vendor's field list. */
export const nameRules: readonly Rule[] = [
  {
    id: 'cluster-name',
    description: 'A cluster name has 1 to 65 characters: letters, digits, ".", "_" and "-".',
    severity: 'error',
    check: ({ cluster }) => {
      const name = cluster?.clusterName;
      if (name === undefined || clusterNamePattern.test(name)) return [];
      const advice = 'Use 1 to 65 letters, digits, ".", "_" and "-".';
      if (name === '') return [{ path, message: 'The cluster name is empty.', advice }];
      if (name.length > 65)
        return [{ path, message: `The cluster name is too long: it has ${name.length} characters.`, advice }];
      const invalidCharacters = [...new Set(name.replaceAll(/[A-Za-z0-9._-]/g, ''))].join('');
      return [
        {
          path,
          message: `The cluster name contains invalid characters: ${JSON.stringify(invalidCharacters)}.`,
          advice,
        },
      ];
    },
  },
];
