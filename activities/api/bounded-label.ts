/** Far more than the service has steps or error codes. */
const valuesKept = 50;

/**
 * Limits the values of a label whose values come from the service: each new value is a time series that is kept for
 * ever. The first {@link valuesKept} values are kept, later ones become `other`.
 */
export function createBoundedLabel(): (value: string) => string {
  const known = new Set<string>();
  return (value) => {
    if (!known.has(value) && known.size >= valuesKept) return 'other';
    known.add(value);
    return value;
  };
}
