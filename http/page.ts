import { invalid } from './request-error.ts';

/** One page of a list. */
export interface Page<Entry> {
  page: Entry[];
  /** Absent on the last page. */
  nextCursor?: string;
}

/**
 * Cuts a page out of all entries, sorted by a key that is different for each. A cursor is the key of the last entry of the
 * page before, so entries that come and go meanwhile move nothing.
 */
export function pageOf<Entry>(
  entries: readonly Entry[],
  keyOf: (entry: Entry) => string,
  { pageSize, cursor, descending = false }: { pageSize: number; cursor?: string | undefined; descending?: boolean },
): Page<Entry> {
  const sign = descending ? -1 : 1;
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const sorted = entries
    .map((entry) => ({ entry, key: keyOf(entry) }))
    .filter(({ key }) => after === undefined || compare(key, after) * sign > 0)
    .toSorted((left, right) => compare(left.key, right.key) * sign);
  const page = sorted.slice(0, pageSize);
  const last = page.at(-1);
  return {
    page: page.map(({ entry }) => entry),
    ...(last !== undefined && sorted.length > pageSize && { nextCursor: Buffer.from(last.key).toString('base64url') }),
  };
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function readCursor(cursor: string): string {
  const key = Buffer.from(cursor, 'base64url').toString();
  if (cursor === '' || Buffer.from(key).toString('base64url') !== cursor) {
    throw invalid('query', 'cursor', 'must be the nextCursor of an answer');
  }
  return key;
}
