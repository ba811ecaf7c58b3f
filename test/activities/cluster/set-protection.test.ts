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
  description?: string;
  /** No list shows it. */
  isUnlisted?: true;
}

interface Service {
  /** Accepts a change, and does nothing. */
  isIgnored?: boolean;
  /** Answers a change like this. */
  answers?: { success?: boolean; forbidDelete?: boolean };
  /** What happens to a cluster after a change. */
  afterwards?: (cluster: Cluster) => void;
  /** Is asked before each change. */
  isWorkflowOpen?: () => Promise<boolean>;
  /** Denies the cluster this number of times. */
  denials?: number;
}

/** Runs the activity against a service with these clusters. */
async function set(planted: Planted[], input: Partial<ProtectionInput>, service: Service = {}) {
  const { isIgnored = false, isWorkflowOpen = async () => true, afterwards = () => undefined } = service;
  let { denials = 0 } = service;
  const clusters = planted.map(({ clusterName = 'a-cluster', clusterPhase = 'running', forbidDelete, ...more }) => ({
    spec: { clusterName, clusterID: more.clusterID, forbidDelete, description: more.description } as Cluster['spec'],
    status: { clusterPhase },
    isUnlisted: more.isUnlisted ?? false,
  }));
  const changes: [clusterID: string, forbidDelete: boolean][] = [];
  const reads: string[] = [];
  const cce = partialClient({
    getCluster: async (clusterID) => {
      reads.push(clusterID);
      const cluster = clusters.find(({ spec }) => spec.clusterID === clusterID);
      if (cluster !== undefined && denials-- <= 0) return { cluster: structuredClone(cluster), requestID: 'r-1' };
      const code = 'cce.warning.ClusterNotFound';
      throw new CceApiError({ httpStatus: 404, code, message: 'none', method: 'GET', path: '/' });
    },
    setForbidDelete: async (clusterID, forbidDelete) => {
      changes.push([clusterID, forbidDelete]);
      const cluster = clusters.find(({ spec }) => spec.clusterID === clusterID);
      if (cluster !== undefined && !isIgnored) cluster.spec.forbidDelete = forbidDelete;
      if (cluster !== undefined) afterwards(cluster);
      return { ...(service.answers ?? { success: true, forbidDelete }), requestID: 'r-2' };
    },
  });
  const findClusters = async ({ clusterName }: { clusterName: string }) =>
    clusters
      .filter(({ spec, isUnlisted }) => spec.clusterName === clusterName && !isUnlisted)
      .map(({ spec, status }) => ({ clusterID: spec.clusterID, ...status, description: '' }));
  const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
  const activity = setProtection({ cce, findClusters, isWorkflowOpen, lookPauseMs: 0 });
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
      message: expect.stringContaining('not at all'),
    });
    const off = await set([{ ...one, forbidDelete: false }], {}, { isIgnored: true });
    expect(off.answer).toMatchObject({ message: expect.stringContaining('as off') });
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

  it('is switched on a cluster that one look has denied', async () => {
    const { changes } = await set([one], { nameOrID: one.clusterID }, { denials: 1 });
    expect(changes).toEqual([[one.clusterID, true]]);
  });

  it('is not switched on another cluster, whose name is the ID, after a single look', async () => {
    const namesake = { clusterID: 'cce-00000002', clusterName: one.clusterID };
    const { changes } = await set([one, namesake], { nameOrID: one.clusterID }, { denials: 1 });
    expect(changes).toEqual([[one.clusterID, true]]);
  });

  it('is not touched if a foreign cluster has the name, and ours is in our records only', async () => {
    const ours = { ...one, isUnlisted: true as const };
    const { answer, changes } = await set([{ clusterID: 'cce-00000002' }, ours], { knownClusterID: one.clusterID });
    expect(answer).toMatchObject({ type: 'AmbiguousName' });
    expect(changes).toEqual([]);
  });

  it('is switched by the name that our record has, beside one that is gone', async () => {
    const { changes } = await set([{ clusterID: 'cce-00000002' }], { knownClusterID: 'cce-gone' });
    expect(changes).toEqual([['cce-00000002', true]]);
  });

  it('is lifted from a cluster without our marker only if the person says that it may be', async () => {
    const off = { forbidDelete: false, onlyMarked: true };
    const { answer, changes } = await set([one], off);
    expect(answer).toMatchObject({ type: 'NotOurs', details: [{ advice: expect.stringContaining('--foreign') }] });
    expect(changes).toEqual([]);
    const marked = { ...one, description: 'x\n[cce-orchestrator 0123456789abcdef 0123456789abcdef]' };
    for (const [cluster, input] of [
      [marked, off],
      [one, { forbidDelete: false }],
    ] as const) {
      expect((await set([cluster], input)).changes).toEqual([[one.clusterID, false]]);
    }
  });

  it('is not touched once nobody waits for the change', async () => {
    const { answer, changes } = await set([one], {}, { isWorkflowOpen: async () => false });
    expect(answer).toMatchObject({ name: 'CancelledFailure' });
    expect(changes).toEqual([]);
  });

  it('is not touched while Temporal does not tell whether somebody waits, and is tried again', async () => {
    const isWorkflowOpen = () => Promise.reject(new Error('unreachable'));
    const { answer, changes } = await set([one], {}, { isWorkflowOpen });
    expect(answer).toMatchObject({ nonRetryable: false, message: expect.stringContaining('unreachable') });
    expect(changes).toEqual([]);
  });

  it('does not count as on for a cluster that is being deleted meanwhile', async () => {
    const afterwards = ({ status }: Cluster) => void (status.clusterPhase = 'deleting');
    const { answer } = await set([one], {}, { afterwards });
    expect(answer).toMatchObject({ type: 'ClusterLeaving', nonRetryable: true });
  });

  it('does not count as on if the service says that it has not changed it', async () => {
    const { answer } = await set([one], {}, { answers: { success: false } });
    expect(answer).toMatchObject({ type: 'ProtectionRefused', nonRetryable: true });
  });

  it('does not count as off if the service does not tell it', async () => {
    const afterwards = ({ spec }: Cluster) => void delete spec.forbidDelete;
    const silent = { afterwards, answers: {} };
    const { answer } = await set([one], { forbidDelete: false }, silent);
    expect(answer).toMatchObject({ type: 'ProtectionNotSeen', message: expect.stringContaining('not at all') });
    expect((await set([one], { forbidDelete: false }, { afterwards })).answer).toMatchObject({ forbidDelete: false });
    expect((await set([one], {}, { afterwards })).answer).toMatchObject({ type: 'ProtectionNotSeen' });
  });

  it('does not count as on if somebody switches it back meanwhile', async () => {
    let looks = 0;
    const { answer } = await set(
      [one],
      {},
      {
        afterwards: ({ spec }) => {
          Object.defineProperty(spec, 'forbidDelete', { enumerable: true, get: () => ++looks === 1 });
        },
      },
    );
    expect(answer).toMatchObject({ type: 'ProtectionNotSeen', message: expect.stringContaining('as off') });
  });
});
