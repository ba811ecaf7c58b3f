import { z } from 'zod';
import type { SecretReference } from './secrets.ts';

/**
 * A JSON object as the CCE service reads and writes it.
 *
 * - A key that equals a known one but for case is renamed to the known one (the API page itself uses `cpu` and `CPU`,
 *   and the service's Go decoder takes both); an exact match wins when both are there.
 * - Unknown keys stay, untouched: the service grows fields faster than its documents. They are kept out of the type
 *   so that a misspelt field name is a compile error.
 * - `null` in an optional field reads as absent, as Go writes its empty lists and maps.
 */
export type WireObject<Shape extends z.core.$ZodLooseShape> = z.ZodPreprocess<z.ZodObject<Shape, z.core.$strip>>;

/**
 * Builds the schema of a {@link WireObject}.
 *
 * @param aliases Other names for a known key, beyond case: `{ errorInfo: 'errInfo' }`.
 */
export function wireObject<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
  aliases: Readonly<Record<string, string & keyof Shape>> = {},
): WireObject<Shape> {
  const nullable = new Set(Object.keys(shape).filter((key) => shape[key] instanceof z.ZodOptional));
  const knownNames = new Map<string, string>();
  for (const [alias, key] of Object.entries(aliases)) knownNames.set(alias.toLowerCase(), key);
  for (const key of Object.keys(shape)) knownNames.set(key.toLowerCase(), key);

  /** The known name of a key, or the key itself. Answers known keys without lower-casing: lists are long. */
  const nameOf = (key: string) => (Object.hasOwn(shape, key) ? key : (knownNames.get(key.toLowerCase()) ?? key));

  const normalise = (value: unknown) => {
    if (!isPlainObject(value)) return value;
    const isRegular = (key: string) => nameOf(key) === key && !(value[key] === null && nullable.has(key));
    if (Object.keys(value).every(isRegular)) return value;

    const fields = new Map<string, unknown>();
    for (const [key, field] of Object.entries(value)) {
      const name = nameOf(key);
      const isOutdone = name !== key && Object.hasOwn(value, name);
      const isNull = field === null && nullable.has(name);
      if (!isOutdone && !isNull) fields.set(name, field);
    }
    return Object.fromEntries(fields);
  };
  return z.preprocess(normalise, z.looseObject(shape)) as unknown as WireObject<Shape>;
}

/** A text with known values that may yet take others: the service's lists grow between two versions of a client. */
export type OpenEnum<Value extends string> = Value | (string & {});

/** The schema of an {@link OpenEnum}. The known values are in its metadata as `knownValues`, for advice and documents. */
export function openEnum<const Value extends string>(...knownValues: Value[]): z.ZodType<OpenEnum<Value>> {
  return z.string().meta({ knownValues });
}

/**
 * A point in time in RFC 3339, or `undefined` for one that has not come yet. The service writes the latter in
 * four ways: no field, `null`, an empty text, and Go's zero time in year 1.
 */
export const wireTimeSchema = z
  .preprocess((time) => (isUnsetTime(time) ? undefined : time), z.iso.datetime({ offset: true }).optional())
  .optional();

/** A text that some versions of the service write as a number. */
export const wireTextSchema = z.union([z.string(), z.number().transform(String)]);

/**
 * The ID under which the vendor's support finds a call; empty where the service left it out, as no answer should be
 * refused for want of it. Error bodies write it `requestId`, which a wire object reads alike.
 */
export const requestIDSchema = z.string().catch('');

/** Names and values, such as labels. */
export const textMapSchema = z.record(z.string(), z.string());

/** Where the value of a secret is to be found; see `secrets.ts`. */
export const secretReferenceSchema: z.ZodType<SecretReference> = z.union([
  z.strictObject({ fromEnv: z.string().min(1) }),
  z.strictObject({ fromFile: z.string().min(1) }),
]);

/** A secret in clear, as on the wire, or the reference that stands for it in a spec file. */
export const secretValueSchema = z.union([z.string(), secretReferenceSchema]);

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isUnsetTime(time: unknown): boolean {
  return time === null || time === '' || (typeof time === 'string' && time.startsWith('0001-'));
}
