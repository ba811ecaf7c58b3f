import { describe, expect, it } from 'vitest';
import {
  checkOptions,
  concurrencyOption,
  itemsOption,
  labelOption,
  nameOrIDOption,
  teardownMaximumOption,
} from '../../client/check-options.ts';
import { InvalidOptionsError } from '../../client/index.ts';

const shape = { name: labelOption, items: itemsOption, concurrency: concurrencyOption, maximum: teardownMaximumOption };
const valid = { name: 'a.B-1_', items: [1], concurrency: 1000, maximum: 1 };

function problemsOf(options: Record<keyof typeof shape, unknown>) {
  try {
    checkOptions(shape, options);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidOptionsError)) throw error;
    return error.problems;
  }
}

describe('the check of options', () => {
  it('accepts options within their limits', () => {
    expect(problemsOf(valid)).toEqual([]);
  });

  it('names every problem at once, with its path', () => {
    expect(problemsOf({ name: 'a:b', items: [], concurrency: 0, maximum: 1.5 })).toEqual([
      { path: 'name', message: '"a:b" is not 1 to 64 letters, digits, dots, dashes or underscores' },
      { path: 'items', message: 'number 0, and a batch has 1 to 10000' },
      { path: 'concurrency', message: '0 is not a whole number from 1 to 1000' },
      { path: 'maximum', message: '1.5 is not a whole number from 1 to 1000' },
    ]);
  });

  it.each(['a', 'cce-a1b2c3d4', 'a.B_c-1', 'x'.repeat(65)])('takes %s for the name or ID of a cluster', (nameOrID) => {
    checkOptions({ nameOrID: nameOrIDOption }, { nameOrID });
  });

  it.each(['', 'ci-*', '../x', 'a b', "a'b", 'x'.repeat(66), undefined])(
    'does not take %s for the name or ID of a cluster',
    (nameOrID) => {
      expect(() => checkOptions({ nameOrID: nameOrIDOption }, { nameOrID })).toThrow(InvalidOptionsError);
    },
  );

  it.each([undefined, Number.NaN, '5', 1001])('refuses a concurrency of %s', (concurrency) => {
    expect(problemsOf({ ...valid, concurrency })).toHaveLength(1);
  });

  it('puts each problem on a line of the message', () => {
    const error = new InvalidOptionsError(problemsOf({ ...valid, name: '', concurrency: 0 }));
    expect(error.message).toBe(
      'name "" is not 1 to 64 letters, digits, dots, dashes or underscores\n' +
        'concurrency 0 is not a whole number from 1 to 1000',
    );
  });
});
