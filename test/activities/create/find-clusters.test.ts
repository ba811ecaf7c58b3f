import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { CancelledFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { createClusterList } from '../../../activities/api/cluster-list.ts';
import { findClusters, type FoundCluster } from '../../../activities/create/find-clusters.ts';
import type { Cluster, ListClustersQuery } from '../../../cce/cluster.ts';
import { partialClient } from '../../partial-client.ts';

/** Clusters created one after the other, with the IDs `cce-0`, `cce-1`, …. */
function clustersNamed(...names: string[]): Cluster[] {
  return names.map((clusterName, index) => ({
    spec: { clusterID: `cce-${index}`, clusterName },
    status: { clusterPhase: 'running' },
    createdAt: new Date(Date.UTC(2026, 0, 1) + index * 1000).toISOString(),
  }));
}

const others = (count: number) => Array<string>(count).fill('a-cluster-of-others');

/**
 * A look for a cluster by its name, in a service with these clusters.
 *
 * @param afterPage Called after each page, with the number of pages read so far, to change the clusters.
 * @param says What the service answers in place of the truth: the total of any list, and what a search by name finds.
 */
function lookerFor(
  clusters: Cluster[],
  afterPage?: (read: number) => void,
  says: { totalCount?: number; matches?: Cluster[] } = {},
) {
  const queries: ListClustersQuery[] = [];
  const cce = partialClient({
    listClusters: async (query) => {
      queries.push(query);
      const { keyword = '', pageNo = 1, pageSize = 10 } = query;
      const all = (keyword === '' ? undefined : says.matches) ?? clusters;
      const matching = all.filter(({ spec }) => spec.clusterName.includes(keyword));
      const clusterList = matching.slice((pageNo - 1) * pageSize, pageNo * pageSize);
      afterPage?.(queries.length);
      return { clusterPage: { totalCount: says.totalCount ?? matching.length, clusterList }, requestID: 'r-1' };
    },
  });
  const activity = findClusters({ cce, list: createClusterList(cce, { restMs: 0 }) });
  const look = (clusterName: string, environment = new MockActivityEnvironment({}, { logger })) =>
    environment.run(activity, { clusterName }) as Promise<FoundCluster[]>;
  return { look, queries };
}

async function find(clusters: Cluster[], afterPage?: (read: number) => void) {
  const { look, queries } = lookerFor(clusters, afterPage);
  const found = await look('a-cluster');
  return { found, clusterIDs: idsOf(found), queries };
}

const logger = new DefaultLogger('ERROR');
const idsOf = (found: readonly FoundCluster[]) => found.map(({ clusterID }) => clusterID);
const pagesOf = (queries: readonly ListClustersQuery[]) => queries.map(({ pageNo }) => pageNo);

describe('a look by name', () => {
  it.each([
    ['nothing', [], []],
    ['names that only contain the name', ['a-cluster-2', 'not-a-cluster', 'A-CLUSTER'], []],
    ['one cluster of the name among others', ['a-cluster-2', 'a-cluster', 'not-a-cluster'], ['cce-1']],
    ['several clusters of the name, oldest first', ['a-cluster', 'a-cluster-2', 'a-cluster'], ['cce-0', 'cce-2']],
  ])('finds only the exact name: %s', async (_, names, clusterIDs) => {
    expect((await find(clustersNamed(...names))).clusterIDs).toEqual(clusterIDs);
  });

  it('returns the fields that decide whose a cluster is', async () => {
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
  ])('reads no more pages than exist: %s', async (_, count, pages) => {
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

  it('starts over if a cluster is deleted meanwhile, which moves another one to a page that was read', async () => {
    const clusters = clustersNamed(...others(100), 'a-cluster', ...others(20));
    const { clusterIDs, queries } = await find(clusters, (read) => read === 1 && clusters.shift());
    expect(clusterIDs).toEqual(['cce-100']);
    expect(pagesOf(queries)).toEqual([1, 2, 1, 2]);
  });

  it('starts over if a cluster is created meanwhile, and finds that cluster too', async () => {
    const clusters = clustersNamed('a-cluster', ...others(110), 'a-cluster');
    const [late] = clusters.splice(-1);
    const { clusterIDs, queries } = await find(clusters, (read) => read === 1 && clusters.push(late!));
    expect(clusterIDs).toEqual(['cce-0', 'cce-111']);
    expect(pagesOf(queries)).toEqual([1, 2, 1, 2]);
  });

  it('starts over as often as clusters move', async () => {
    const clusters = clustersNamed(...others(103), 'a-cluster', ...others(20));
    const { clusterIDs, queries } = await find(clusters, (read) => [1, 3, 5].includes(read) && clusters.shift());
    expect(clusterIDs).toEqual(['cce-103']);
    expect(pagesOf(queries)).toEqual([1, 2, 1, 2, 1, 2, 1, 2]);
  });
});

describe('a look at a list that says that there are clusters and does not show them', () => {
  const total = { totalCount: 3 };

  it('fails, so that it is repeated, and does not say that there are none', async () => {
    const { look } = lookerFor([], undefined, total);
    await expect(look('a-cluster')).rejects.toThrow('does not show them');
  });

  it('finds the cluster in the whole list', async () => {
    const { look } = lookerFor(clustersNamed('a-cluster', 'x', 'y'), undefined, { ...total, matches: [] });
    expect(idsOf(await look('a-cluster'))).toEqual(['cce-0']);
  });

  it('finds nothing if the whole list is complete: the total then counts all clusters', async () => {
    const { look } = lookerFor(clustersNamed('z', 'x', 'y'), undefined, total);
    expect(await look('a-cluster')).toEqual([]);
  });
});

describe('simultaneous looks', () => {
  it('share one reading of the list, except for the first one, which knows of no other', async () => {
    const { look, queries } = lookerFor(clustersNamed('x', 'y', 'x', 'xy'));
    const found = await Promise.all(['x', 'y', 'z', 'x'].map((name) => look(name)));
    expect(found.map(idsOf)).toEqual([['cce-0', 'cce-2'], ['cce-1'], [], ['cce-0', 'cce-2']]);
    expect(queries.map(({ keyword }) => keyword)).toEqual(['x', undefined]);
  });

  it('find the same as a single look', async () => {
    const { look } = lookerFor(clustersNamed('x', 'y'));
    const [alone, simultaneous] = await Promise.all([look('x'), look('x')]);
    expect(simultaneous).toStrictEqual(alone);
  });

  it('search one by one if that takes no more calls than the list has pages', async () => {
    const { look, queries } = lookerFor(clustersNamed('x', 'y', ...others(2_500)));
    await Promise.all([look('x'), look('y')]);
    queries.length = 0;
    await look('x');
    expect(queries.map(({ keyword }) => keyword)).toEqual(['x']);
  });

  it('search one by one if the pages of the list do not fit together', async () => {
    const clusters = clustersNamed(...others(1_000), 'x', 'y');
    const { look, queries } = lookerFor(clusters, () => queries.at(-1)?.pageSize === 1_000 && clusters.shift());
    const found = await Promise.all([look('x'), look('y')]);
    expect(found.map(idsOf)).toEqual([['cce-1000'], ['cce-1001']]);
    expect(queries.map(({ keyword, pageNo }) => keyword ?? pageNo)).toEqual(['x', 1, 2, 'y']);
  });

  it('end alone if they are cancelled, without effect on the others', async () => {
    const { look } = lookerFor(clustersNamed('x', 'y'));
    const environment = new MockActivityEnvironment({}, { logger });
    const cancelled = [look('x'), look('x', environment), look('y')] as const;
    environment.cancel();
    await expect(cancelled[1]).rejects.toThrow(CancelledFailure);
    expect(idsOf(await cancelled[2])).toEqual(['cce-1']);
  });
});
