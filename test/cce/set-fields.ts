/** Field values by path, such as `nodes[0].instanceSpec.imageID`; `undefined` removes the field. */
export type Fields = Readonly<Record<string, unknown>>;

/** Returns a copy of a JSON value with some fields set. */
export function setFields(value: object, fields: Fields): unknown {
  const copy = structuredClone(value);
  for (const [path, field] of Object.entries(fields))
    setField(copy, path.split(/\.|\[(\d+)\]\.?/).filter(Boolean), field);
  return JSON.parse(JSON.stringify(copy));
}

function setField(container: object, keys: string[], field: unknown): void {
  const [key = '', ...rest] = keys;
  if (rest.length === 0) Reflect.set(container, key, field);
  else setField(Reflect.get(container, key) as object, rest, field);
}
