import { clusterNamePattern } from '../cce/cluster-name.ts';
import { largestTeardown, maximumConcurrency, maximumItems } from '../contract/batch/limits.ts';
import { longestExpireHours } from '../contract/kubeconfig.ts';
import { labelForm, labelPattern, regionForm, regionPattern } from '../contract/identity.ts';
import { InvalidOptionsError, type OptionProblem } from './errors/invalid-options-error.ts';

/** Describes the problem of a value, if it has one. */
type OptionCheck = (value: unknown) => string | undefined;

/** Checks an account, or the name of a batch. */
export const labelOption = says(labelForm, (value) => typeof value === 'string' && labelPattern.test(value));

/** Checks a pool, which need not be given. */
export const poolOption: OptionCheck = (value) => (value === undefined ? undefined : labelOption(value));

export const regionOption = says(regionForm, (value) => typeof value === 'string' && regionPattern.test(value));

/** Checks what a person typed to name a cluster. A clusterID has the form of a name too. */
export const nameOrIDOption = says(
  'a clusterID or a cluster name, which has 1 to 65 letters, digits, dots, dashes or underscores',
  (value) => typeof value === 'string' && clusterNamePattern.test(value),
);

/** Checks the kind of address of a kubeconfig. */
export const kubeconfigTypeOption = says('vpc or public', (value) => value === 'vpc' || value === 'public');

/** Checks after how many hours a kubeconfig expires. */
export const expireHoursOption = wholeNumberTo(longestExpireHours);

/** Checks how many items may be under way at once. */
export const concurrencyOption = wholeNumberTo(maximumConcurrency);

/** Checks the number of clusters that a teardown may match. */
export const teardownMaximumOption = wholeNumberTo(largestTeardown);

/** Checks the number of a batch's items. */
export const itemsOption: OptionCheck = (value) => {
  if (!Array.isArray(value)) return `${shown(value)} is not a list`;
  const { length } = value;
  return length >= 1 && length <= maximumItems ? undefined : `number ${length}, and a batch has 1 to ${maximumItems}`;
};

/**
 * Checks options before anything is started. Without zod, whose load would take a tenth of the start of every command.
 *
 * @throws InvalidOptionsError that names every problem
 */
export function checkOptions<Path extends string>(
  checks: Record<Path, OptionCheck>,
  options: Record<Path, unknown>,
  /** The problems that other checks have found. */
  others: readonly OptionProblem[] = [],
): void {
  const found = (Object.keys(checks) as Path[]).flatMap((path): OptionProblem[] => {
    const message = checks[path](options[path]);
    return message === undefined ? [] : [{ path, message }];
  });
  const problems = [...others, ...found];
  if (problems.length > 0) throw new InvalidOptionsError(problems);
}

function wholeNumberTo(maximum: number): OptionCheck {
  const isWithin = (value: unknown) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= maximum;
  return says(`a whole number from 1 to ${maximum}`, isWithin);
}

function says(wanted: string, accepts: (value: unknown) => boolean): OptionCheck {
  return (value) => (accepts(value) ? undefined : `${shown(value)} is not ${wanted}`);
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : String(value);
}
