import type { Explored, Order } from './explore-order.ts';

/**
 * Makes a wrong run as harmless as possible while it stays wrong: replaces decisions by the harmless one, in ever smaller
 * groups.
 */
export async function shrink(wrong: Explored, explore: (order: Order) => Promise<Explored>): Promise<Explored> {
  let shortest = wrong;
  for (let size = Math.ceil(wrong.decisions.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < shortest.decisions.length; from += size) {
      const decisions = shortest.decisions.map((decision, index) =>
        index >= from && index < from + size ? 0 : decision,
      );
      if (decisions.every((decision, index) => decision === shortest.decisions[index])) continue;
      const explored = await explore({ ...orderOf(wrong), decisions });
      if (explored.violations.length > 0) shortest = explored;
    }
  }
  return shortest;
}

function orderOf({ seed, aim }: Order): Order {
  return { seed, ...(aim !== undefined && { aim }) };
}
