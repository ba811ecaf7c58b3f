import { InvalidArgumentError } from 'commander';
import ms, { type StringValue } from 'ms';

/** Reads durations such as `90s`, `20m` and `8h` as seconds. */
export function durationSeconds(text: string): number {
  const milliseconds = ms(text as StringValue);
  if (milliseconds === undefined || !(milliseconds >= 1000)) {
    throw new InvalidArgumentError('a duration of at least one second is wanted, such as 90s, 20m or 8h');
  }
  return Math.round(milliseconds / 1000);
}

/** Gathers an option that may be repeated. */
export function collect(value: string, previous: readonly string[]): string[] {
  return [...previous, value];
}

export function positiveInteger(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError('a whole number from 1 is wanted');
  return number;
}
