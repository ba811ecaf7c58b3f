import { deepmergeCustom } from 'deepmerge-ts';
import { deleteProperty, parsePath, setProperty } from 'dot-prop';

/**
 * A spec with some fields laid over it: objects are merged, lists and values replaced, `null` removes. Keys meet without
 * regard to case, as the service reads them. Neither argument is changed, and parts of both may be shared with the result.
 */
export function override(spec: object, fields: object): object {
  return merge(spec, inSpellingOf(spec, fields)) as object;
}

const merge = deepmergeCustom({
  mergeArrays: false,
  mergeOthers: (values, { actions }) => (values.at(-1) === null ? actions.skip : values.at(-1)),
});

/**
 * A copy of a spec with fields set by path, such as `nodes[0].instanceSpec.imageID`; `null` removes. A path that leads
 * nowhere changes nothing and is told to `refuse`.
 */
export function setPaths(
  spec: object,
  values: Readonly<Record<string, unknown>>,
  refuse: (path: string, reason: string) => void,
): object {
  const copy = structuredClone(spec) as Record<string, unknown>;
  for (const [path, value] of Object.entries(values)) {
    try {
      const keys = keysOf(copy, path);
      if (value === null) deleteProperty(copy, keys);
      else setProperty(copy, keys, structuredClone(value));
    } catch (error) {
      refuse(path, (error as Error).message);
    }
  }
  return copy;
}

/** The keys of a path, in the spelling of the objects that they lead through. Throws where they lead nowhere. */
function keysOf(spec: object, path: string): (string | number)[] {
  const keys = readPath(path);
  // Also what the library answers to `__proto__` and the like.
  if (keys.length === 0 || keys.includes('')) throw new Error('The path names no field.');
  let container: unknown = spec;
  return keys.map((key) => {
    container ??= typeof key === 'number' ? [] : {};
    if (Array.isArray(container)) {
      if (typeof key !== 'number') throw new Error(`The path has ${JSON.stringify(key)} for the place in a list.`);
      if (key > container.length) throw new Error(`The path leads beyond the end of a list of ${container.length}.`);
      container = container[key];
      return key;
    }
    if (!isObject(container)) throw new Error(`The path leads into a value that is no object, to ${key}.`);
    const name = spellingIn(container, String(key));
    container = container[name];
    return name;
  });
}

function readPath(path: string): (string | number)[] {
  try {
    return parsePath(path);
  } catch (error) {
    throw new Error(`The path cannot be read: ${(error as Error).message}.`, { cause: error });
  }
}

function inSpellingOf(spec: unknown, fields: unknown): unknown {
  if (!isObject(spec) || !isObject(fields)) return fields;
  return Object.fromEntries(
    Object.entries(fields).map(([key, field]) => {
      const name = spellingIn(spec, key);
      return [name, inSpellingOf(spec[name], field)];
    }),
  );
}

function spellingIn(object: object, key: string): string {
  if (Object.hasOwn(object, key)) return key;
  return Object.keys(object).find((name) => name.toLowerCase() === key.toLowerCase()) ?? key;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
