import type { z } from 'zod';
import { invalidParam } from './service-error.ts';

/**
 * Validates and parses a body or a query.
 *
 * @throws `ServiceError` 400 `cce.warning.InvalidParam` that names each invalid field.
 */
export function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.infer<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw invalidParam(
    result.error.issues.map(({ path, message }) => `${path.join('.') || 'the body'}: ${message}`).join('; '),
  );
}
