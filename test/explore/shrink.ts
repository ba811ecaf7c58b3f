import type { Explored, Order } from './explore-order.ts';

/** A long history has thousands of decisions. After so many tries, most of them are harmless. */
const mostTries = 400;

/**
 * Makes a wrong run as harmless as possible while it stays wrong: replaces decisions by the harmless one, in ever smaller
 * groups. Ends after a number of tries.
 */
export async function shrink(wrong: Explored, explore: (order: Order) => Promise<Explored>): Promise<Explored> {
  let shortest = wrong;
  let tries = 0;
  for (let size = Math.ceil(wrong.decisions.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < shortest.decisions.length; from += size) {
      const decisions = shortest.decisions.map((decision, index) =>
        index >= from && index < from + size ? 0 : decision,
      );
      if (decisions.every((decision, index) => decision === shortest.decisions[index])) continue;
      if (++tries > mostTries) return shortest;
      const explored = await explore({ ...orderOf(wrong), decisions });
      if (explored.violations.length > 0) shortest = explored;
    }
  }
  return shortest;
}

function orderOf({ seed, aim }: Order): Order {
  return { seed, ...(aim !== undefined && { aim }) };
}
