import type { OptionValue, UnmetOption } from './errors/options-conflict-error.ts';

type Options = Readonly<Record<string, OptionValue | undefined>>;

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
