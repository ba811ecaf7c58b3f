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
