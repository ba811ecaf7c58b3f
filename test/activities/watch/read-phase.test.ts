import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { listPage } from '../../../activities/api/list-page.ts';
import { readPhase } from '../../../activities/watch/read-phase.ts';
import type { CceClient } from '../../../cce/client.ts';
import type { ListedCluster } from '../../../cce/cluster.ts';
import { notFound } from './not-found.ts';

const theirs: ListedCluster = {
  spec: { clusterID: 'cce-theirs', clusterName: 'theirs' },
  status: { clusterPhase: 'running' },
};

/** A service that knows no cluster by its ID. Its lists show these clusters, a search by ID none. */
function serviceWith(totalCount: number, clusterList: ListedCluster[]) {
  return {
    getCluster: () => Promise.reject(notFound),
    listClusters: async ({ keyword }) => ({
      clusterPage: { totalCount, clusterList: keyword === undefined ? clusterList : [] },
      requestID: 'r',
    }),
  } satisfies Pick<CceClient, 'getCluster' | 'listClusters'> as unknown as CceClient;
}

describe('a look at a cluster that its ID does not show', () => {
  const { signal } = new AbortController();

  it('says absent if the list is empty', async () => {
    expect(await readPhase(serviceWith(0, []), 'cce-ours', signal)).toBe('absent');
  });

  it('fails if the list says that there are clusters and does not show them', async () => {
    await expect(readPhase(serviceWith(1, []), 'cce-ours', signal)).rejects.toThrow('does not show them');
  });

  it('believes the whole list if a search counts all clusters', async () => {
    expect(await readPhase(serviceWith(1, [theirs]), 'cce-ours', signal)).toBe('absent');
    expect(await readPhase(serviceWith(1, [theirs]), 'cce-theirs', signal)).toBe('running');
  });
});

it('a sweep does not take an empty page for the end of a list that goes on', async () => {
  const logger = new DefaultLogger('ERROR');
  const read = (cce: CceClient) => new MockActivityEnvironment({}, { logger }).run(listPage, cce, 1);
  await expect(read(serviceWith(1, []))).rejects.toThrow('does not show them');
  await expect(read(serviceWith(0, []))).resolves.toEqual({ clusterList: [], isLast: true });
});
