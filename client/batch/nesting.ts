/** Far more than any spec needs, and few enough for code that calls itself for each level. */
const deepest = 100;

/** Whether a value is nested too deeply to be expanded. A value that contains itself always is. */
export function isTooDeep(value: unknown): boolean {
  /** The deepest place where each object was seen: aliases make one object appear in many places. */
  const seen = new Map<object, number>();
  const left: [value: unknown, depth: number][] = [[value, 0]];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const [current, depth] = next;
    if (typeof current !== 'object' || current === null || (seen.get(current) ?? -1) >= depth) continue;
    if (depth > deepest) return true;
    seen.set(current, depth);
    for (const child of Object.values(current)) left.push([child, depth + 1]);
  }
  return false;
}

/** The reader of YAML compares each alias with all anchors and aliases before it. */
const mostAliases = 10_000;

/** Whether YAML seems to have too many anchors and aliases to be read. It has not been parsed. */
export function hasTooManyAliases(yaml: string): boolean {
  let count = 0;
  // Only these characters can come before an anchor or alias; `a&b` is text. A name ends with one of them, and has no others.
  for (const _ of yaml.matchAll(/(?<![^ \t\r\n,[\]{}:"'])[*&][^ \t\r\n,[\]{}]/g))
    if (++count > mostAliases) return true;
  return false;
}

/** Far more than the largest batch needs, and few enough to be held in memory many times. */
const mostValues = 2_000_000;

/**
 * Whether a value has too many parts, if one that appears in many places counts in each: a few lines of YAML with aliases
 * can stand for billions. The value must not be too deep.
 */
export function expandsTooFar(value: unknown): boolean {
  const sizes = new Map<object, number>();
  const sizeOf = (part: unknown): number => {
    if (typeof part !== 'object' || part === null) return 1;
    const known = sizes.get(part);
    if (known !== undefined) return known;
    const size = Object.values(part).reduce((sum: number, child) => sum + sizeOf(child), 1);
    sizes.set(part, size);
    return size;
  };
  return sizeOf(value) > mostValues;
}
