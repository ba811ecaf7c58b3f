/**
 * Applies a JSON Merge Patch (RFC 7396) to a spec: objects are merged, lists and values are replaced, `null` removes a
 * field. In addition, keys match regardless of case, as the CCE service reads them, and keep the spelling of the target.
 *
 * Neither argument is changed; the result may share parts with both.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7396#section-2
 */
export function mergePatch(target: unknown, patch: object): object;
export function mergePatch(target: unknown, patch: unknown): unknown;
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    // An assignment to it would replace the prototype of the result.
    if (key === '__proto__') continue;
    const name = spellingIn(result, key);
    if (value === null) delete result[name];
    else result[name] = mergePatch(result[name], value);
  }
  return result;
}

/** The key of an object that matches another one regardless of case, or else that other one. */
export function spellingIn(object: object, key: string): string {
  if (Object.hasOwn(object, key)) return key;
  return Object.keys(object).find((name) => name.toLowerCase() === key.toLowerCase()) ?? key;
}

/** Whether a JSON value is an object, and not a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
