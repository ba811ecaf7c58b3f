import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { setProtection } from '../../../activities/cluster/set-protection.ts';
import { CceApiError } from '../../../cce/cce-api-error.ts';
import type { Cluster } from '../../../cce/cluster.ts';
import type { ProtectionInput } from '../../../contract/protection.ts';
import { partialClient } from '../../partial-client.ts';

interface Planted {
  clusterID: string;
  clusterName?: string;
  clusterPhase?: string;
  forbidDelete?: boolean;
  /** No list shows it. */
  isUnlisted?: true;
}

/** Runs the activity against a service with these clusters. */
async function set(planted: Planted[], input: Partial<ProtectionInput>, { isIgnored = false } = {}) {
  const clusters = planted.map(({ clusterName = 'a-cluster', clusterPhase = 'running', forbidDelete, ...more }) => ({
    spec: { clusterName, clusterID: more.clusterID, forbidDelete } as Cluster['spec'],
    status: { clusterPhase },
    isUnlisted: more.isUnlisted ?? false,
  }));
  const changes: [clusterID: string, forbidDelete: boolean][] = [];
  const reads: string[] = [];
  const cce = partialClient({
    getCluster: async (clusterID) => {
      reads.push(clusterID);
      const cluster = clusters.find(({ spec }) => spec.clusterID === clusterID);
      if (cluster !== undefined) return { cluster: structuredClone(cluster), requestID: 'r-1' };
      const code = 'cce.warning.ClusterNotFound';
      throw new CceApiError({ httpStatus: 404, code, message: 'none', method: 'GET', path: '/' });
    },
    setForbidDelete: async (clusterID, forbidDelete) => {
      changes.push([clusterID, forbidDelete]);
      const cluster = clusters.find(({ spec }) => spec.clusterID === clusterID);
      if (cluster !== undefined && !isIgnored) cluster.spec.forbidDelete = forbidDelete;
      return { success: true, forbidDelete, requestID: 'r-2' };
    },
  });
  const findClusters = async ({ clusterName }: { clusterName: string }) =>
    clusters
      .filter(({ spec, isUnlisted }) => spec.clusterName === clusterName && !isUnlisted)
      .map(({ spec, status }) => ({ clusterID: spec.clusterID, ...status, description: '' }));
  const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
  const activity = setProtection({ cce, findClusters });
  const asked = { nameOrID: 'a-cluster', forbidDelete: true, ...input };
  const answer: unknown = await environment.run(activity, asked).catch((error: unknown) => error);
  return { answer, changes, reads };
}

const protection = { clusterID: 'cce-00000001', clusterName: 'a-cluster', forbidDelete: true };
const one = { clusterID: 'cce-00000001' };

describe('the deletion protection of a cluster', () => {
  it.each([
    ['by its name', [one], {}],
    ['by its clusterID', [one], { nameOrID: 'cce-00000001' }],
    ['by a name that looks like an ID', [{ ...one, clusterName: 'cce-nameless' }], { nameOrID: 'cce-nameless' }],
    ['beside one of the name that is being deleted', [{ clusterID: 'cce-2', clusterPhase: 'deleting' }, one], {}],
    [
      'that no list shows yet, by the record',
      [{ ...one, isUnlisted: true as const }],
      { knownClusterID: one.clusterID },
    ],
  ])('is switched on %s, and a look confirms it', async (_, planted, input) => {
    const { answer, changes, reads } = await set(planted, input);
    expect(answer).toMatchObject({ clusterID: 'cce-00000001', forbidDelete: true });
    expect(changes).toEqual([['cce-00000001', true]]);
    expect(reads.at(-1)).toBe('cce-00000001');
  });

  it('is sent again if a look shows it already: that may be stale', async () => {
    const { answer, changes } = await set([{ ...one, forbidDelete: true }], {});
    expect(answer).toEqual(protection);
    expect(changes).toHaveLength(1);
  });

  it('is asked for again if the service accepts the change and does not show it', async () => {
    const { answer } = await set([one], {}, { isIgnored: true });
    expect(answer).toMatchObject({
      type: 'ProtectionNotSeen',
      nonRetryable: false,
      message: expect.stringContaining('as off'),
    });
  });

  it.each([
    ['several clusters have the name', [one, { clusterID: 'cce-00000002' }], 'AmbiguousName'],
    ['no cluster has it', [], 'ClusterNotFound'],
    ['the cluster is being deleted', [{ ...one, clusterPhase: 'deleting' }], 'ClusterNotFound'],
  ])('is not touched if %s', async (_, planted, type) => {
    const { answer, changes } = await set(planted, {});
    expect(answer).toMatchObject({ type, nonRetryable: true });
    expect(changes).toEqual([]);
  });

  it('is not touched if our records have a cluster of another name', async () => {
    const other = { ...one, clusterName: 'another', isUnlisted: true as const };
    const { answer, changes } = await set([other], { knownClusterID: one.clusterID });
    expect(answer).toMatchObject({ type: 'ClusterNotFound' });
    expect(changes).toEqual([]);
  });
});
