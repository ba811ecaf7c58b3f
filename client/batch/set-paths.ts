import { deleteProperty, parsePath, setProperty } from 'dot-prop';
import { isObject, spellingIn } from './merge-patch.ts';

/**
 * Copies a spec and sets fields by path, such as `nodes[0].instanceSpec.imageID`; `null` removes a field.
 *
 * @param refuse Called with each path that leads nowhere, and the reason. Such a path changes nothing.
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

/** Splits a path into keys in the spelling of the objects on its way. Throws where the path leads nowhere. */
function keysOf(spec: object, path: string): (string | number)[] {
  const keys = readPath(path);
  // The library answers with no keys to `__proto__` and the like.
  if (keys.length === 0 || keys.includes('')) throw new Error('The path names no field.');
  let container: unknown = spec;
  return keys.map((key) => {
    container ??= typeof key === 'number' ? [] : {};
    if (Array.isArray(container)) {
      if (typeof key !== 'number') throw new Error(`The path uses ${JSON.stringify(key)} as the index of a list.`);
      if (key > container.length) throw new Error(`The path leads beyond the end of a list of ${container.length}.`);
      container = container[key];
      return key;
    }
    if (!isObject(container)) throw new Error(`The path leads to ${key} of a value that is not an object.`);
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
