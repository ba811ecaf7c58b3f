import { z } from 'zod';
import { largestTeardown, maximumConcurrency, maximumItems } from '../contract/batch/limits.ts';
import { labelPattern } from '../contract/identity.ts';
import { InvalidOptionsError } from './errors/invalid-options-error.ts';

/** Checks an account, a region, or the name of a batch. */
export const labelOption = says('1 to 64 letters, digits, dots, dashes or underscores', (error) =>
  z.string({ error }).regex(labelPattern, { error }),
);

/** Checks how many items may be under way at once. */
export const concurrencyOption = wholeNumberTo(maximumConcurrency);

/** Checks the number of clusters that a teardown may match. */
export const teardownMaximumOption = wholeNumberTo(largestTeardown);

/** Checks the number of a batch's items. */
export const itemsOption = z.array(z.unknown()).refine(({ length }) => length >= 1 && length <= maximumItems, {
  error: ({ input }) => `number ${(input as unknown[]).length}, and a batch has 1 to ${maximumItems}`,
});

/**
 * Checks options before anything is started.
 *
 * @throws InvalidOptionsError that names every problem
 */
export function checkOptions<Shape extends z.ZodRawShape>(shape: Shape, options: Record<keyof Shape, unknown>): void {
  const { error } = z.object(shape).safeParse(options);
  if (error === undefined) return;
  throw new InvalidOptionsError(error.issues.map(({ path, message }) => ({ path: path.join('.'), message })));
}

function wholeNumberTo(maximum: number) {
  return says(`a whole number from 1 to ${maximum}`, (error) =>
    z.number({ error }).refine((value) => Number.isInteger(value) && value >= 1 && value <= maximum, { error }),
  );
}

/** Makes a schema whose one message names what is wanted and the value that was given. */
function says<Schema>(wanted: string, schemaOf: (error: (issue: { input?: unknown }) => string) => Schema): Schema {
  return schemaOf(({ input }) => `${typeof input === 'string' ? `"${input}"` : String(input)} is not ${wanted}`);
}
