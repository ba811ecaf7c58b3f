import { describe, expect, it } from 'vitest';
import { startService, type Service } from './service.ts';

/** Starts a service with three clusters whose names, IDs and ages have different orders. */
async function startWithThree(): Promise<Service> {
  const service = await startService({ seed: 'three' });
  for (const name of ['team-b', 'team-c', 'a-team']) {
    await service.create(name);
    service.clock.nowMs += 1000;
  }
  return service;
}

async function names(service: Service, query: Record<string, string>): Promise<string[]> {
  const { body } = await service.call('GET', '/v2/clusters', { query });
  return body.clusterPage.clusterList.map(({ spec }: { spec: { clusterName: string } }) => spec.clusterName);
}

describe('a list of clusters', () => {
  it.each([
    ['sorted by name by default', {}, ['a-team', 'team-b', 'team-c']],
    ['sorted by name, descending', { order: 'DESC' }, ['team-c', 'team-b', 'a-team']],
    ['sorted by age', { orderBy: 'createdAt' }, ['team-b', 'team-c', 'a-team']],
    [
      'sorted by age, descending, with a lower-case order',
      { orderBy: 'createdAt', order: 'desc' },
      ['a-team', 'team-c', 'team-b'],
    ],
    ['limited to names with the keyword at the start', { keyword: 'team-' }, ['team-b', 'team-c']],
    ['limited to names with the keyword in the middle', { keyword: 'eam' }, ['a-team', 'team-b', 'team-c']],
    ['limited to names with the same case', { keyword: 'TEAM' }, []],
    ['limited to the first page', { pageNo: '1', pageSize: '2' }, ['a-team', 'team-b']],
    ['limited to the last page', { pageNo: '2', pageSize: '2' }, ['team-c']],
    ['empty beyond the last page', { pageNo: '3', pageSize: '2' }, []],
    ['limited to a keyword and a page', { keyword: 'team-', pageNo: '2', pageSize: '1' }, ['team-c']],
  ])('is %s', async (_name, query, expected) => {
    expect(await names(await startWithThree(), query)).toEqual(expected);
  });

  it('can be searched and sorted by ID', async () => {
    const service = await startWithThree();
    const { body } = await service.call('GET', '/v2/clusters', { query: { orderBy: 'clusterID' } });
    const ids = body.clusterPage.clusterList.map(({ spec }: { spec: { clusterID: string } }) => spec.clusterID);
    expect(ids).toEqual([...ids].sort((left, right) => (left < right ? -1 : 1)));
    const keyword = ids[1].slice(5);
    const found = await service.call('GET', '/v2/clusters', { query: { keywordType: 'clusterID', keyword } });
    expect(found.body.clusterPage.clusterList[0].spec.clusterID).toBe(ids[1]);
    expect(found.body.clusterPage.totalCount).toBe(1);
  });

  it('repeats the query and counts the clusters on all pages', async () => {
    const service = await startWithThree();
    const query = { keyword: 'team-', order: 'desc', pageNo: '2', pageSize: '1' };
    const { body } = await service.call('GET', '/v2/clusters', { query });
    expect(body.clusterPage).toMatchObject({
      keywordType: 'clusterName',
      keyword: 'team-',
      orderBy: 'clusterName',
      order: 'DESC',
      pageNo: 2,
      pageSize: 1,
      totalCount: 2,
    });
  });

  it('has pages of 10 by default', async () => {
    const service = await startService();
    for (let number = 0; number < 11; number += 1) await service.create(`cluster-${number}`);
    const { body } = await service.call('GET', '/v2/clusters');
    expect(body.clusterPage.clusterList).toHaveLength(10);
    expect(body.clusterPage.totalCount).toBe(11);
  });

  it('contains each of several clusters with the same name on exactly one page', async () => {
    const service = await startService();
    const created = [];
    for (let number = 0; number < 5; number += 1) created.push(await service.create('twin'));
    const listed = [];
    for (const pageNo of ['1', '2', '3']) {
      const { body } = await service.call('GET', '/v2/clusters', { query: { pageNo, pageSize: '2' } });
      listed.push(...body.clusterPage.clusterList.map(({ spec }: { spec: { clusterID: string } }) => spec.clusterID));
    }
    expect(listed).toEqual(created.sort());
  });

  it.each([
    { pageNo: '0' },
    { pageNo: '-1' },
    { pageNo: 'one' },
    { pageNo: '1.5' },
    { pageNo: '100001' },
    { pageSize: '0' },
    { pageSize: '' },
    { orderBy: 'vpcID' },
    { order: 'up' },
    { keywordType: 'vpcID' },
  ])('is rejected for %o', async (query) => {
    const service = await startService();
    const answer = await service.call('GET', '/v2/clusters', { query });
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'cce.warning.InvalidParam', message: expect.stringContaining(Object.keys(query)[0]!) },
    });
  });
});
