import { InvalidArgumentError } from 'commander';
import { expect, it } from 'vitest';
import { durationSeconds, wholeHours } from '../../cli/values.ts';

it.each([durationSeconds, wholeHours])('%o reads durations with a unit', (read) => {
  expect(read('2h')).toBe(read === wholeHours ? 2 : 7_200);
});

it.each([durationSeconds, wholeHours])('%o refuses what is no duration, however long it is', (read) => {
  for (const text of ['', 'soon', '0h', '9'.repeat(101)]) expect(() => read(text)).toThrow(InvalidArgumentError);
});
