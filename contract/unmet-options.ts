/**
 * Lists the options that a call gives and that a run under way does not have. What the call leaves open is met by
 * anything.
 *
 * @param defaults What holds for an option that the run was started without.
 */
export function unmetOptions(asked: Options, actual: Options, defaults: Options = {}): UnmetOption[] {
  return Object.entries(asked).flatMap(([option, value]): UnmetOption[] => {
    const has = actual[option] ?? defaults[option];
    if (value === undefined || value === has || (value === false && has === undefined)) return [];
    return [{ option, asked: value, ...(has !== undefined && { actual: has }) }];
  });
}

/** Says what each of these options is, and what it was to be. */
export function describeUnmet(unmet: readonly UnmetOption[]): string {
  return unmet.map(({ option, asked, actual }) => `${option} is ${actual ?? 'not set'}, not ${asked}`).join('; ');
}

type OptionValue = string | number | boolean;

export type Options = Readonly<Record<string, OptionValue | undefined>>;

/** An option that a call gave, and that what is under way does not have. */
export interface UnmetOption {
  option: string;
  asked: OptionValue;
  /** What is under way has this instead. Absent if it has none, or if it was started by version 0.1. */
  actual?: OptionValue;
}
