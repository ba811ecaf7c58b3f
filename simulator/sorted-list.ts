/**
 * A list that is always in order. Adding and removing cost a binary search and a move of memory, where sorting for each
 * page that is asked for would compare every cluster with many others.
 */
export interface SortedList<Item> {
  /** In ascending order; not to be altered. */
  readonly items: readonly Item[];
  add: (item: Item) => void;
  remove: (item: Item) => void;
}

/** @param compare Must tell any two items apart. */
export function createSortedList<Item>(compare: (left: Item, right: Item) => number): SortedList<Item> {
  const items: Item[] = [];

  /** Position of the first item that does not come before the given one. */
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
