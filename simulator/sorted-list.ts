/**
 * A list that is always sorted. Adding and removing take a binary search and one memory move, which is cheaper than
 * sorting all clusters for each requested page.
 */
export interface SortedList<Item> {
  /** The items in ascending order. Do not modify the array. */
  readonly items: readonly Item[];
  add: (item: Item) => void;
  remove: (item: Item) => void;
}

/** @param compare Must not return 0 for two different items. */
export function createSortedList<Item>(compare: (left: Item, right: Item) => number): SortedList<Item> {
  const items: Item[] = [];

  /** Returns the position of the first item that is not less than the given one. */
  function positionOf(item: Item): number {
    let low = 0;
    let high = items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const candidate = items[middle];
      if (candidate !== undefined && compare(candidate, item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    items,
    add: (item) => {
      items.splice(positionOf(item), 0, item);
    },
    remove: (item) => {
      const position = positionOf(item);
      if (items[position] === item) items.splice(position, 1);
    },
  };
}
