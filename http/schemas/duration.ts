import ms, { type StringValue } from 'ms';
import { z } from 'zod';

const wanted = { error: 'must be a duration such as 90s, 20m or 8h' };

/** A duration as people write it, parsed as milliseconds. */
export const durationSchema = z
  .string()
  .regex(/^\d{1,9}(\.\d{1,3})?(ms|s|m|h|d)$/, wanted)
  .meta({ examples: ['30s', '8h'], description: 'A duration with its unit: ms, s, m, h or d.' })
  .transform((text) => ms(text as StringValue));

/** A duration of at least one second, parsed as seconds. */
export const secondsSchema = durationSchema.transform((milliseconds, context) => {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds >= 1 && Number.isSafeInteger(seconds)) return seconds;
  context.addIssue('must be a duration of at least one second');
  return z.NEVER;
});
