import { z } from 'zod';
import type { SecretReference } from './secrets.ts';

/**
 * A JSON object in a request or response of the CCE service.
 *
 * - A key that differs from a known key only in case gets the name of the known key: the API page itself uses `cpu` and
 *   `CPU`, and the service's Go decoder accepts both. If both keys exist, the exact match wins.
 * - Unknown keys stay unchanged, because the service adds fields faster than its documentation. They are not part of the
 *   type, so that a misspelt field name is a compile error.
 * - `null` in an optional field is read as absent, because Go writes empty lists and maps as `null`.
 */
export type WireObject<Shape extends z.core.$ZodLooseShape> = z.ZodPreprocess<z.ZodObject<Shape, z.core.$strip>>;

/**
 * Builds the schema of a {@link WireObject}.
 *
 * @param aliases Other names of known keys, e.g. `{ errorInfo: 'errInfo' }`.
 */
export function wireObject<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
  aliases: Readonly<Record<string, string & keyof Shape>> = {},
): WireObject<Shape> {
  const nullable = new Set(Object.keys(shape).filter((key) => shape[key] instanceof z.ZodOptional));
  const knownNames = new Map<string, string>();
  for (const [alias, key] of Object.entries(aliases)) knownNames.set(alias.toLowerCase(), key);
  for (const key of Object.keys(shape)) knownNames.set(key.toLowerCase(), key);

  /** The known name of a key, or the key itself. Skips lower-casing for known keys, because lists are long. */
  const nameOf = (key: string) => (Object.hasOwn(shape, key) ? key : (knownNames.get(key.toLowerCase()) ?? key));

  const normalise = (value: unknown) => {
    if (!isPlainObject(value)) return value;
    const isRegular = (key: string) => nameOf(key) === key && !(value[key] === null && nullable.has(key));
    if (Object.keys(value).every(isRegular)) return value;

    const fields = new Map<string, unknown>();
    for (const [key, field] of Object.entries(value)) {
      const name = nameOf(key);
      const isOverridden = name !== key && Object.hasOwn(value, name);
      const isNull = field === null && nullable.has(name);
      if (!isOverridden && !isNull) fields.set(name, field);
    }
    return Object.fromEntries(fields);
  };
  return z.preprocess(normalise, z.looseObject(shape)) as unknown as WireObject<Shape>;
}

/** A string with known values that also accepts others, because the service may add values before this client. */
export type OpenEnum<Value extends string> = Value | (string & {});

/** Builds the schema of an {@link OpenEnum}. Its metadata contains the known values as `knownValues`, for advice. */
export function openEnum<const Value extends string>(...knownValues: Value[]): z.ZodType<OpenEnum<Value>> {
  return z.string().meta({ knownValues });
}

/**
 * A time in RFC 3339 format, or `undefined` if it is not set yet. The service writes an unset time in four ways: no field,
 * `null`, an empty string, and Go's zero time in year 1.
 */
export const wireTimeSchema = z
  .preprocess((time) => (isUnsetTime(time) ? undefined : time), z.iso.datetime({ offset: true }).optional())
  .optional();

/** A string that some versions of the service send as a number. */
export const wireTextSchema = z.union([z.string(), z.number().transform(String)]);

/**
 * The ID by which the vendor's support finds a call. It is empty if the service omits it, because no response should be
 * rejected for lack of it. Error bodies spell it `requestId`, which a wire object reads as well.
 */
export const requestIDSchema = z.string().catch('');

/** A map of names to values, such as labels. */
export const textMapSchema = z.record(z.string(), z.string());

/** The location of a secret's value; see `secrets.ts`. */
export const secretReferenceSchema: z.ZodType<SecretReference> = z.union([
  z.strictObject({ fromEnv: z.string().min(1) }),
  z.strictObject({ fromFile: z.string().min(1) }),
]);

/** A secret in plain text, as in an API request, or the reference that replaces it in a spec file. */
export const secretValueSchema = z.union([z.string(), secretReferenceSchema]);

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isUnsetTime(time: unknown): boolean {
  return time === null || time === '' || (typeof time === 'string' && time.startsWith('0001-'));
}
