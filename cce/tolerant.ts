import { z } from 'zod';

/** A value of which any part may be missing; the elements of a list keep their places. */
export type Tolerant<Value> = Value extends string | number | boolean
  ? Value
  : Value extends readonly (infer Element)[]
    ? (Tolerant<Element> | undefined)[]
    : { [Key in keyof Value]?: Tolerant<Value[Key]> | undefined };

type TolerantSchema<Schema> = z.ZodOptional<z.ZodType<Tolerant<z.infer<Schema>>>>;

/**
 * The same schema, but a part that does not fit reads as absent instead of failing the whole: for answers of which
 * we need two fields out of eighty, and for giving advice on a request that is still half wrong.
 */
export function tolerant<Schema extends z.ZodType>(schema: Schema): TolerantSchema<Schema> {
  return relax(schema) as TolerantSchema<Schema>;
}

/** {@link tolerant} for each field of a shape, to be mixed with fields that are insisted on. */
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

/** A preprocessing step, as of a wire object, stays in front: it knows the names of the keys. */
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
