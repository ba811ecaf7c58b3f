import { describe, expect, it } from 'vitest';
import { checkCreates, type CreateToCheck } from '../../../activities/check/check-creates.ts';
import { CceApiError } from '../../../cce/cce-api-error.ts';
import type { CceClient } from '../../../cce/client.ts';
import { readExample } from '../../examples.ts';
import { partialClient } from '../../partial-client.ts';

const refusal = (httpStatus: number, code: string) =>
  new CceApiError({ httpStatus, code, message: 'no', method: 'GET', path: '/' });
const requestID = 'r-1';
const marked = '[cce-orchestrator 0123456789abcdef 0123456789abcdef]';

/** A service with room for five clusters, and a cluster `cce-1` whose pods have the range of the example. */
function service(calls: Partial<CceClient> = {}, holder: { name?: string; phase?: string; description?: string } = {}) {
  const asked: string[] = [];
  const { name = 'other', phase = 'running', description = '' } = holder;
  const cce = partialClient({
    getClusterQuota: async () => ({ quota: 5, used: 0, requestID }),
    checkContainerNetworkCIDR: async () => ({
      isConflict: true,
      containerCIDRConflict: { conflictCluster: { clusterID: 'cce-1', containerCIDR: '172.28.0.0/16' } },
      requestID,
    }),
    recommendContainerCIDR: async () => ({ recommendedContainerCIDRs: ['10.0.0.0/16'], requestID }),
    getCluster: async (clusterID) => ({
      cluster: { spec: { clusterID, clusterName: name, description }, status: { clusterPhase: phase } },
      requestID,
    }),
    listMachineSpecs: async () => ({ machineSpecList: [], requestID }),
    listClusters: async () => ({ clusterPage: { totalCount: 0, clusterList: [] }, requestID }),
    ...calls,
  });
  const counted = Object.fromEntries(
    Object.entries(cce).map(([call, send]) => [
      call,
      (...args: never[]) => {
        asked.push(call);
        return (send as (...given: never[]) => unknown)(...args);
      },
    ]),
  ) as unknown as CceClient;
  return { cce: counted, asked };
}

const creates = (count: number): CreateToCheck[] =>
  Array.from({ length: count }, (_, index) => ({ request: readExample('managed', `a-${index}`), index }));

async function check(
  { cce }: Pick<ReturnType<typeof service>, 'cce'>,
  some: CreateToCheck[],
  more: { limitMs?: number; mayShareRanges?: boolean } = {},
) {
  return checkCreates(cce, some, { signal: new AbortController().signal, limitMs: 5_000, ...more });
}

describe('a check of creates', () => {
  it('finds all problems at once, and asks about equal ranges once', async () => {
    const asking = service();
    const found = await check(asking, creates(8));
    expect(found.errors).toMatchObject([
      { rule: 'cluster-quota', message: expect.stringContaining('8 are asked for') },
      {
        path: 'items[0].cluster.containerNetworkConfig.clusterPodCIDR',
        rule: 'range-taken',
        advice: expect.stringContaining('recommends 10.0.0.0/16'),
      },
    ]);
    expect(found.room).toBe(5);
    expect(asking.asked.filter((call) => call === 'checkContainerNetworkCIDR')).toHaveLength(1);
  });

  it('only warns of a range of another cluster where the service itself decides about it', async () => {
    const found = await check(service(), creates(1), { mayShareRanges: true });
    expect(found.errors).toEqual([]);
    expect(found.warnings).toMatchObject([{ rule: 'range-taken', advice: expect.stringContaining('10.0.0.0/16') }]);
  });

  it.each([
    ['of its own name with our marker', { name: 'a-0', description: marked }, 0],
    ['of its own name, of somebody else', { name: 'a-0' }, 1],
    ['that is being deleted', { phase: 'deleting' }, 0],
  ])('does not refuse a create for the range of the cluster %s: %i errors', async (_, holder, errors) => {
    expect((await check(service({}, holder), creates(1))).errors).toHaveLength(errors);
  });

  it.each([
    ['rights are missing', refusal(403, 'AccessDenied')],
    ['the call does not exist', refusal(404, 'cce.warning.NoSuchObject')],
    ['the service fails', refusal(500, 'cce.error.InternalServerError')],
  ])('warns of what it could not check, and refuses nothing for it: %s', async (_, error) => {
    const fails = () => Promise.reject(error);
    const calls = {
      getClusterQuota: fails,
      checkContainerNetworkCIDR: fails,
      listMachineSpecs: fails,
      listClusters: fails,
    };
    const found = await check(service(calls), creates(8));
    expect(found.errors).toEqual([]);
    expect(found.warnings.length).toBeGreaterThanOrEqual(2);
    expect(new Set(found.warnings.map(({ rule }) => rule))).toEqual(new Set(['not-checked']));
  });

  it('asks a service that throttles once more, and no more', async () => {
    const asking = service({ getClusterQuota: () => Promise.reject(refusal(429, 'RequestLimitExceeded')) });
    const found = await check(asking, creates(8));
    expect(asking.asked.filter((call) => call === 'getClusterQuota')).toHaveLength(2);
    expect(found).not.toHaveProperty('room');
  });

  it('ends with its time limit, whatever the service does', async () => {
    const silent = (options: { signal?: AbortSignal } = {}) =>
      new Promise<never>((_, reject) => {
        options.signal?.addEventListener('abort', () => reject(options.signal?.reason as Error));
        if (options.signal?.aborted === true) reject(options.signal.reason as Error);
      });
    const calls: Partial<CceClient> = {
      getClusterQuota: (options) => silent(options),
      checkContainerNetworkCIDR: (_, options) => silent(options),
      listClusters: (_, options) => silent(options),
      listMachineSpecs: (_, options) => silent(options),
    };
    const found = await check(service(calls), creates(1), { limitMs: 20 });
    expect(found.errors).toEqual([]);
    expect(found.warnings[0]).toMatchObject({ rule: 'not-checked' });
  });

  it('asks nothing for no creates', async () => {
    const asking = service();
    expect(await check(asking, [])).toEqual({ errors: [], warnings: [] });
    expect(asking.asked).toEqual([]);
  });
});
