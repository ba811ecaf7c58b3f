import { InvalidArgumentError } from 'commander';
import ms, { type StringValue } from 'ms';
import { validationRules, type FailurePolicy } from '../client/index.ts';

/** Reads durations such as `90s`, `20m` and `8h` as seconds. */
export function durationSeconds(text: string): number {
  // It throws on an empty text.
  const milliseconds = text === '' ? undefined : ms(text as StringValue);
  if (milliseconds === undefined || !(milliseconds >= 1000)) {
    throw new InvalidArgumentError('a duration of at least one second is wanted, such as 90s, 20m or 8h');
  }
  return Math.round(milliseconds / 1000);
}

/** Gathers the IDs of validation rules from an option that may be repeated. */
export function collectRules(ruleID: string, previous: readonly string[]): string[] {
  const ruleIDs = validationRules.map(({ id }) => id);
  if (!ruleIDs.includes(ruleID)) throw new InvalidArgumentError(`the rules are ${ruleIDs.join(', ')}`);
  return [...previous, ruleID];
}

export function positiveInteger(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError('a whole number from 1 is wanted');
  return number;
}

export function nonEmpty(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('it is empty');
  return text;
}

/** Gathers an option that may be repeated. */
export function collect(text: string, previous: readonly string[]): string[] {
  return [...previous, nonEmpty(text)];
}

/** Reads `continue` and `stop-after:<count>`: what is deleted cannot be rolled back. */
export function deletePolicy(text: string): FailurePolicy {
  if (text === 'continue') return text;
  const [, count] = /^stop-after:(\d+)$/.exec(text) ?? [];
  if (count !== undefined) return { stopAfter: positiveInteger(count) };
  throw new InvalidArgumentError('continue or stop-after:<count> is wanted');
}
