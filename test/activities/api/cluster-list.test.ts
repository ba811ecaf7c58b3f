import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClusterList } from '../../../activities/api/cluster-list.ts';
import { CceApiError } from '../../../cce/cce-api-error.ts';
import type { CceClient } from '../../../cce/client.ts';
import type { ListClustersQuery } from '../../../cce/cluster.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Service {
  /** Oldest first. */
  clusterIDs: string[];
  /** The number of clusters that are counted and never shown. */
  hidden?: number;
  /** How the service treats a page that is larger. */
  largest?: { pageSize: number; otherwise: 'refuse' | 'shorten' };
  /** Called after each page, with the number of pages read so far, to change the clusters. */
  afterPage?: (read: number) => void;
  /** The number of the answer that fails. */
  failsAt?: number;
}

const idsFrom = (first: number, count: number) => Array.from({ length: count }, (_, index) => `cce-${first + index}`);

function refusal(httpStatus: number): CceApiError {
  return new CceApiError({ code: 'cce.warning.InvalidParam', message: 'no', httpStatus, method: 'GET', path: '/v2' });
}

/** A list with a service behind it that answers after 100 ms. */
function listOf(service: Service) {
  const queries: ListClustersQuery[] = [];
  const listClusters: CceClient['listClusters'] = async (query) => {
    const read = queries.push(query);
    const { pageNo = 1, pageSize = 10 } = query;
    const { pageSize: limit, otherwise } = service.largest ?? { pageSize: Infinity, otherwise: 'refuse' };
    await new Promise((resolve) => setTimeout(resolve, 100));
    if (read === service.failsAt) throw refusal(500);
    if (pageSize > limit && otherwise === 'refuse') throw refusal(400);
    const size = Math.min(pageSize, limit);
    const page = service.clusterIDs.slice((pageNo - 1) * size, pageNo * size);
    const totalCount = service.clusterIDs.length + (service.hidden ?? 0);
    service.afterPage?.(read);
    const clusterList = page.map((clusterID) => ({
      spec: { clusterID, clusterName: `name of ${clusterID}`, description: 'any' },
      status: { clusterPhase: 'running' },
      createdAt: '2026-01-01T00:00:00Z',
    }));
    return { clusterPage: { totalCount, clusterList }, requestID: 'r' };
  };
  return { list: createClusterList({ listClusters }, { restMs: 1_000 }), queries };
}

async function readOnce(service: Service) {
  const { list, queries } = listOf(service);
  const reading = list.pass();
  await vi.advanceTimersByTimeAsync(60_000);
  const { clusters, isWhole } = await reading;
  return { clusterIDs: clusters.map(({ clusterID }) => clusterID), isWhole, queries, pages: list.pages() };
}

const pagesOf = (queries: readonly ListClustersQuery[]) => queries.map(({ pageNo }) => pageNo);

describe('a reading of the list', () => {
  it.each([
    ['none', 0, [1]],
    ['a page', 1_000, [1]],
    ['just over a page', 1_001, [1, 2]],
    ['three pages', 2_990, [1, 2, 3]],
  ])('shows all clusters, oldest first, and reads no more pages than exist: %s', async (_, count, pages) => {
    const clusterIDs = idsFrom(1, count);
    const reading = await readOnce({ clusterIDs });
    expect(reading).toMatchObject({ clusterIDs, isWhole: true, pages: pages.length });
    expect(pagesOf(reading.queries)).toEqual(pages);
  });

  it('keeps the fields that tell clusters apart', async () => {
    const { list } = listOf({ clusterIDs: ['cce-1'] });
    const reading = list.pass();
    await vi.advanceTimersByTimeAsync(100);
    expect((await reading).clusters).toStrictEqual([
      {
        clusterID: 'cce-1',
        clusterName: 'name of cce-1',
        clusterPhase: 'running',
        description: 'any',
        createdAt: '2026-01-01T00:00:00Z',
      },
    ]);
  });

  it('is whole if clusters are created meanwhile, and shows them', async () => {
    const service: Service = {
      clusterIDs: idsFrom(1, 1_500),
      afterPage: () => service.clusterIDs.push(`cce-${service.clusterIDs.length + 1}`),
    };
    expect(await readOnce(service)).toMatchObject({ clusterIDs: idsFrom(1, 1_501), isWhole: true });
  });

  it.each<[string, (clusterIDs: string[]) => void]>([
    ['is deleted', (clusterIDs) => clusterIDs.shift()],
    ['is deleted and another one created', (clusterIDs) => clusterIDs.push(`${clusterIDs.shift()}-again`)],
    ['is listed late', (clusterIDs) => clusterIDs.unshift('cce-0')],
  ])('is not whole if a cluster %s meanwhile, which moves those behind it', async (_, change) => {
    const service: Service = {
      clusterIDs: idsFrom(1, 1_500),
      afterPage: (read) => read === 1 && change(service.clusterIDs),
    };
    expect(await readOnce(service)).toMatchObject({ isWhole: false });
  });

  it.each(['refuse', 'shorten'] as const)(
    'uses small pages for a service that will %s large ones',
    async (otherwise) => {
      const { list, queries } = listOf({ clusterIDs: idsFrom(1, 250), largest: { pageSize: 100, otherwise } });
      for (let round = 0; round < 2; round++) {
        const reading = list.pass();
        await vi.advanceTimersByTimeAsync(10_000);
        expect(await reading).toMatchObject({ isWhole: true, clusters: { length: 250 } });
      }
      expect(pagesOf(queries)).toEqual([1, 1, 2, 3, 1, 2, 3]);
    },
  );

  it('with small pages is not whole if the number of clusters changes meanwhile', async () => {
    const service: Service = {
      clusterIDs: idsFrom(1, 150),
      largest: { pageSize: 100, otherwise: 'refuse' },
      afterPage: () => service.clusterIDs.shift(),
    };
    expect(await readOnce(service)).toMatchObject({ isWhole: false });
  });

  it('ends even if the service counts more clusters than it shows', async () => {
    const clusterIDs = idsFrom(1, 1_500);
    expect(await readOnce({ clusterIDs, hidden: 10 })).toMatchObject({ clusterIDs, isWhole: false });
  });
});

describe('callers of the list', () => {
  it('share a reading if they call at the same time', async () => {
    const { list, queries } = listOf({ clusterIDs: idsFrom(1, 3) });
    const readings = [list.pass(), list.pass(), list.pass()];
    await vi.advanceTimersByTimeAsync(100);
    const [first, ...others] = await Promise.all(readings);
    expect(others).toEqual([first, first]);
    expect(queries).toHaveLength(1);
  });

  it('share the next reading if they call during one; it begins after a rest and shows new clusters', async () => {
    const service: Service = { clusterIDs: ['cce-1'] };
    const { list, queries } = listOf(service);
    void list.pass();
    await vi.advanceTimersByTimeAsync(50);
    service.clusterIDs.push('cce-2');
    const readings = [list.pass(), list.pass()];
    await vi.advanceTimersByTimeAsync(1_049);
    expect(queries).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(101);
    for (const { clusters } of await Promise.all(readings)) expect(clusters).toHaveLength(2);
    expect(queries).toHaveLength(2);
  });

  it('share a failed reading too, and the next one succeeds', async () => {
    const { list } = listOf({ clusterIDs: ['cce-1'], failsAt: 1 });
    const readings = Promise.allSettled([list.pass(), list.pass()]);
    await vi.advanceTimersByTimeAsync(100);
    expect((await readings).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const next = list.pass();
    await vi.advanceTimersByTimeAsync(1_100);
    expect(await next).toMatchObject({ isWhole: true });
  });
});
