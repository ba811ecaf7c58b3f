import { z } from 'zod';

/** A part of a value and the schema that describes it. */
export interface DescribedValue {
  keys: readonly (string | number)[];
  value: unknown;
  /** The schemas of the known keys, if the value is an object with known keys. */
  shape?: Readonly<Record<string, unknown>>;
  schema: z.ZodType;
}

/**
 * Yields all parts of a value that a schema describes, as far as the value matches the schema. Keys have the spelling
 * of the schema.
 */
export function* describedValues(
  schema: unknown,
  value: unknown,
  keys: readonly (string | number)[] = [],
): Generator<DescribedValue> {
  if (value === undefined || value === null) return;
  if (schema instanceof z.ZodOptional) {
    yield* describedValues(schema.unwrap(), value, keys);
  } else if (schema instanceof z.ZodArray && Array.isArray(value)) {
    for (const [index, element] of value.entries()) yield* describedValues(schema.element, element, [...keys, index]);
  } else if (schema instanceof z.ZodRecord && isObject(value)) {
    for (const [key, field] of Object.entries(value)) yield* describedValues(schema.valueType, field, [...keys, key]);
  } else if (schema instanceof z.ZodPipe && schema.out instanceof z.ZodObject && isObject(value)) {
    const named = (schema.in as z.ZodType<Record<string, unknown>>).parse(value);
    yield { keys, value: named, shape: schema.out.shape, schema };
    for (const [key, field] of Object.entries(named)) {
      if (Object.hasOwn(schema.out.shape, key)) yield* describedValues(schema.out.shape[key], field, [...keys, key]);
    }
  } else {
    yield { keys, value, schema: schema as z.ZodType };
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
