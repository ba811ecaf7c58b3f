/** Far more than the service has of steps or codes. */
const valuesKept = 50;

/**
 * Bounds what a service can do to a metric by what it answers: each new value of a label is a time series that is kept
 * for ever. The first {@link valuesKept} values stay as they are, later ones become `other`.
 */
export function createBoundedLabel(): (value: string) => string {
  const known = new Set<string>();
  return (value) => {
    if (!known.has(value) && known.size >= valuesKept) return 'other';
    known.add(value);
    return value;
  };
}
