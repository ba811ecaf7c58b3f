import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { expect, it } from 'vitest';
import { findClusters, type FoundCluster } from '../../activities/find-clusters.ts';
import type { CceClient } from '../../cce/client.ts';
import type { Cluster, ListClustersQuery } from '../../cce/cluster.ts';

/** Made one after the other, with IDs `cce-0`, `cce-1`, …. */
function clustersNamed(...names: string[]): Cluster[] {
  return names.map((clusterName, index) => ({
    spec: { clusterID: `cce-${index}`, clusterName },
    status: { clusterPhase: 'running' },
    createdAt: new Date(Date.UTC(2026, 0, 1) + index * 1000).toISOString(),
  }));
}

const others = (count: number) => Array<string>(count).fill('a-cluster-of-others');

/**
 * Looks for `a-cluster` in a service that holds these.
 *
 * @param afterPage Changes what it holds, after each page with its number among all that were read.
 */
async function find(clusters: Cluster[], afterPage?: (read: number) => void) {
  const queries: ListClustersQuery[] = [];
  const refuse = () => Promise.reject(new Error('a look only lists'));
  const cce: CceClient = {
    createCluster: refuse,
    getCluster: refuse,
    deleteCluster: refuse,
    getEventSteps: refuse,
    listClusters: async (query) => {
      queries.push(query);
      const { keyword = '', pageNo = 1, pageSize = 10 } = query;
      const matching = clusters.filter(({ spec }) => spec.clusterName.includes(keyword));
      const clusterList = matching.slice((pageNo - 1) * pageSize, pageNo * pageSize);
      afterPage?.(queries.length);
      return { clusterPage: { totalCount: matching.length, clusterList }, requestID: 'r-1' };
    },
  };
  const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
  const found: FoundCluster[] = await environment.run(findClusters({ cce }), { clusterName: 'a-cluster' });
  return { found, clusterIDs: found.map(({ clusterID }) => clusterID), queries };
}

const pagesOf = (queries: readonly ListClustersQuery[]) => queries.map(({ pageNo }) => pageNo);

it.each([
  ['nothing', [], []],
  ['names that only contain it', ['a-cluster-2', 'not-a-cluster', 'A-CLUSTER'], []],
  ['one that has it among them', ['a-cluster-2', 'a-cluster', 'not-a-cluster'], ['cce-1']],
  ['several that have it, oldest first', ['a-cluster', 'a-cluster-2', 'a-cluster'], ['cce-0', 'cce-2']],
])('finds the exact name only: %s', async (_, names, clusterIDs) => {
  expect((await find(clustersNamed(...names))).clusterIDs).toEqual(clusterIDs);
});

it('tells what is needed to decide whose a cluster is', async () => {
  const [marked, bare] = clustersNamed('a-cluster', 'a-cluster');
  const description = 'a description';
  const { found } = await find([
    { ...marked!, spec: { ...marked!.spec, description }, status: { clusterPhase: 'create_failed' } },
    { ...bare!, createdAt: undefined },
  ]);
  expect(found).toStrictEqual([
    { clusterID: 'cce-0', clusterPhase: 'create_failed', description, createdAt: '2026-01-01T00:00:00.000Z' },
    { clusterID: 'cce-1', clusterPhase: 'running', description: '' },
  ]);
});

it.each([
  ['none', 0, [1]],
  ['less than a page', 99, [1]],
  ['exactly a page', 100, [1]],
  ['just over a page', 101, [1, 2]],
  ['three pages', 300, [1, 2, 3]],
])('reads no more pages than there are: %s', async (_, count, pages) => {
  const { queries } = await find(clustersNamed(...others(count)));
  expect(pagesOf(queries)).toEqual(pages);
  for (const query of queries) {
    expect(query).toMatchObject({ keyword: 'a-cluster', pageSize: 100, orderBy: 'createdAt', order: 'ASC' });
  }
});

it('finds clusters on all pages', async () => {
  const names = ['a-cluster', ...others(149), 'a-cluster', ...others(100), 'a-cluster'];
  expect((await find(clustersNamed(...names))).clusterIDs).toEqual(['cce-0', 'cce-150', 'cce-251']);
});

it('starts over when a cluster is deleted meanwhile, which moves another to a page that was read', async () => {
  const clusters = clustersNamed(...others(100), 'a-cluster', ...others(20));
  const { clusterIDs, queries } = await find(clusters, (read) => read === 1 && clusters.shift());
  expect(clusterIDs).toEqual(['cce-100']);
  expect(pagesOf(queries)).toEqual([1, 2, 1, 2]);
});

it('starts over when a cluster is made meanwhile, and finds that too', async () => {
  const clusters = clustersNamed('a-cluster', ...others(110), 'a-cluster');
  const [late] = clusters.splice(-1);
  const { clusterIDs, queries } = await find(clusters, (read) => read === 1 && clusters.push(late!));
  expect(clusterIDs).toEqual(['cce-0', 'cce-111']);
  expect(pagesOf(queries)).toEqual([1, 2, 1, 2]);
});

it('starts over as often as it must', async () => {
  const clusters = clustersNamed(...others(103), 'a-cluster', ...others(20));
  const { clusterIDs, queries } = await find(clusters, (read) => [1, 3, 5].includes(read) && clusters.shift());
  expect(clusterIDs).toEqual(['cce-103']);
  expect(pagesOf(queries)).toEqual([1, 2, 1, 2, 1, 2, 1, 2]);
});
