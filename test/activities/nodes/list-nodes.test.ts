import { expect, it } from 'vitest';
import { listNodes } from '../../../activities/nodes/list-nodes.ts';
import { partialClient } from '../../partial-client.ts';

const { signal } = new AbortController();

/** Lists nodes from pages that the service cuts while their number changes. */
async function listed(...pages: [totalCount: number, ids: string[]][]) {
  const calls: number[] = [];
  const listInstances = async (_: string, { pageNo = 1 } = {}) => {
    calls.push(pageNo);
    const [totalCount, ids] = pages[pageNo - 1] ?? [0, []];
    const instanceList = ids.map((cceInstanceID) => ({ spec: { cceInstanceID, clusterRole: 'node' as const } }));
    return { instancePage: { totalCount, instanceList }, requestID: 'r' };
  };
  const nodes = await listNodes(partialClient({ listInstances }), 'cce-1', signal);
  return { ids: nodes.map(({ cceInstanceID }) => cceInstanceID), calls };
}

it.each<[what: string, pages: [number, string[]][], ids: string[], calls: number]>([
  ['has one page', [[2, ['a', 'b']]], ['a', 'b'], 1],
  [
    'grows between two pages',
    [
      [3, ['a', 'b']],
      [5, ['c', 'd']],
      [5, ['e']],
    ],
    ['a', 'b', 'c', 'd', 'e'],
    3,
  ],
  [
    'shrinks between two pages',
    [
      [4, ['a', 'b']],
      [3, ['c']],
    ],
    ['a', 'b', 'c'],
    2,
  ],
  [
    'shrinks to nothing between two pages',
    [
      [4, ['a', 'b']],
      [2, []],
    ],
    ['a', 'b'],
    2,
  ],
  [
    'is repeated in part on the next page',
    [
      [3, ['a', 'b']],
      [3, ['b', 'c']],
    ],
    ['a', 'b', 'c'],
    2,
  ],
])('a list that %s ends, and names each node once', async (_, pages, ids, calls) => {
  const result = await listed(...pages);
  expect(result.ids).toEqual(ids);
  expect(result.calls).toHaveLength(calls);
});
