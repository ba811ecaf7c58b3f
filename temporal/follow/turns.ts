/** Something that waits for its turn. */
export interface Waiting {
  /** On whose behalf it waits. A turn of any of them is enough. */
  groups: readonly string[];
  /** What it belongs to, such as a scope. Within a group, all of these take turns too. */
  part: string;
  /** Since when, in milliseconds since the epoch. */
  sinceMs: number;
}

/**
 * Creates a function that gives turns: to one group after the other, first to those that had theirs longest ago. So nobody gets
 * more turns by wanting more.
 *
 * @returns A function that returns what has its turn now, as far as `mayTake` allows one more.
 */
export function createTurns() {
  let turns = 0;
  let lastTurns = new Map<string, number>();

  return function take<Item extends Waiting>(waiting: readonly Item[], mayTake: () => boolean): Item[] {
    const queues = queuesOf(waiting);
    // A group that wants nothing is forgotten: over time there may be any number.
    lastTurns = new Map(Array.from(queues.keys(), (group) => [group, lastTurns.get(group) ?? 0]));
    let order = [...queues].toSorted(([left], [right]) => (lastTurns.get(left) ?? 0) - (lastTurns.get(right) ?? 0));
    const taken = new Set<Item>();
    while (order.length > 0) {
      const served: typeof order = [];
      for (const [group, queue] of order) {
        const item = nextOf(queue, taken);
        if (item === undefined) continue;
        if (!mayTake()) return [...taken];
        taken.add(item);
        lastTurns.set(group, ++turns);
        served.push([group, queue]);
      }
      order = served;
    }
    return [...taken];
  };
}

/** What waits for each group, in its order. */
function queuesOf<Item extends Waiting>(waiting: readonly Item[]): Map<string, Iterator<Item, undefined>> {
  const groups = new Map<string, Map<string, Item[]>>();
  for (const item of waiting.toSorted((left, right) => left.sinceMs - right.sinceMs)) {
    for (const group of item.groups) {
      const parts = groups.get(group) ?? new Map<string, Item[]>();
      groups.set(group, parts);
      const part = parts.get(item.part);
      if (part === undefined) parts.set(item.part, [item]);
      else part.push(item);
    }
  }
  return new Map(Array.from(groups, ([group, parts]) => [group, interleaved([...parts.values()])]));
}

/** First the one of each part that has waited longest, then the second of each, and so on. */
function* interleaved<Item>(parts: readonly (readonly Item[])[]): Generator<Item, undefined> {
  for (let rank = 0, left = parts; left.length > 0; rank++) {
    left = left.filter(({ length }) => length > rank);
    for (const part of left) {
      const item = part[rank];
      if (item !== undefined) yield item;
    }
  }
  return undefined;
}

function nextOf<Item>(queue: Iterator<Item, undefined>, taken: ReadonlySet<Item>): Item | undefined {
  for (;;) {
    const { done, value } = queue.next();
    if (done === true || value === undefined || !taken.has(value)) return value;
  }
}
