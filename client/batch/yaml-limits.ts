/**
 * Options of the YAML library without merges, also under `%YAML 1.1` and for `!!merge`: each merge copies a whole map, so a few
 * lines would fill the memory.
 */
export const withoutMerges = { schema: 'core', resolveKnownTags: false } as const;

/** The library's own limit refuses a hundred items that share one part; {@link expandsTooFar} has a better one. */
export const withAnyAliases = { maxAliasCount: -1 } as const;

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
