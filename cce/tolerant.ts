import { z } from 'zod';

/** A value in which any part may be missing; the elements of a list keep their positions. */
export type Tolerant<Value> = Value extends string | number | boolean
  ? Value
  : Value extends readonly (infer Element)[]
    ? (Tolerant<Element> | undefined)[]
    : { [Key in keyof Value]?: Tolerant<Value[Key]> | undefined };

type TolerantSchema<Schema> = z.ZodOptional<z.ZodType<Tolerant<z.infer<Schema>>>>;

/**
 * Returns a schema that reads a part that does not match as absent, instead of rejecting the whole value. It serves
 * responses of which we need two out of eighty fields, and advice on a request that still has errors.
 */
export function tolerant<Schema extends z.ZodType>(schema: Schema): TolerantSchema<Schema> {
  return relax(schema) as TolerantSchema<Schema>;
}

/** Applies {@link tolerant} to each field of a shape, for combination with required fields. */
export function tolerantShape<Shape extends Record<string, z.ZodType>>(
  shape: Shape,
): { [Key in keyof Shape]: TolerantSchema<Shape[Key]> } {
  return relaxShape(shape) as { [Key in keyof Shape]: TolerantSchema<Shape[Key]> };
}

function relax(schema: unknown): z.ZodType {
  if (schema instanceof z.ZodOptional) return relax(schema.unwrap());
  return relaxInside(schema as z.ZodType)
    .catch(undefined)
    .optional();
}

/** Keeps the preprocessing step of a wire object, because it normalises the keys. */
function relaxInside(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodArray) return z.array(relax(schema.element));
  if (schema instanceof z.ZodPipe && schema.out instanceof z.ZodObject) {
    return z.pipe(schema.in as z.ZodType, z.looseObject(relaxShape(schema.out.shape)));
  }
  return schema;
}

function relaxShape(shape: Record<string, unknown>): Record<string, z.ZodType> {
  return Object.fromEntries(Object.entries(shape).map(([key, field]) => [key, relax(field)]));
}
