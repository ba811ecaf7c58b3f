import { InvalidArgumentError } from 'commander';
import ms, { type StringValue } from 'ms';
import type { FailurePolicy } from '../client/index.ts';

/** `ms` throws on a text that is empty or has more than 100 characters. */
function milliseconds(text: string): number | undefined {
  return text === '' || text.length > 100 ? undefined : ms(text as StringValue);
}

/** Reads durations such as `90s`, `20m` and `8h` as seconds. */
export function durationSeconds(text: string): number {
  const duration = milliseconds(text);
  if (duration === undefined || !(duration >= 1000)) {
    throw new InvalidArgumentError('Use a duration of at least one second, such as 90s, 20m or 8h.');
  }
  return Math.round(duration / 1000);
}

/** Reads durations such as `8h` and `7d` as hours. Rounding up would make a credential live longer than asked. */
export function wholeHours(text: string): number {
  const hours = (milliseconds(text) ?? NaN) / 3_600_000;
  if (!Number.isSafeInteger(hours) || hours < 1) {
    throw new InvalidArgumentError('Use whole hours, such as 8h or 7d: the service knows no fractions.');
  }
  return hours;
}

export function positiveInteger(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError('Use a whole number of at least 1.');
  return number;
}

export function nonEmpty(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It is empty.');
  return text;
}

/** Collects the values of a repeatable option. */
export function collect(text: string, previous: readonly string[]): string[] {
  return [...previous, nonEmpty(text)];
}

/** Reads `continue` and `stop-after:<count>`. There is no `rollback`, since deletes cannot be undone. */
export function deletePolicy(text: string): FailurePolicy {
  if (text === 'continue') return text;
  const [, count] = /^stop-after:(\d+)$/.exec(text) ?? [];
  if (count !== undefined) return { stopAfter: positiveInteger(count) };
  throw new InvalidArgumentError('Use continue or stop-after:<count>.');
}
