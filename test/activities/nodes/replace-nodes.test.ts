import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { addNodes, type AddedNodes, type AddNodesInput } from '../../../activities/nodes/add-nodes.ts';
import { deleteFailedNodes } from '../../../activities/nodes/delete-failed-nodes.ts';
import type { CceClient } from '../../../cce/client.ts';
import { readExample } from '../../examples.ts';
import { partialClient } from '../../partial-client.ts';

const clusterID = 'cce-00000001';
const logger = new DefaultLogger('ERROR');
const phases = { R: 'running', M: 'provisioning', F: 'create_failed', L: 'deleting', G: 'deleted' } as const;
const key = '0123456789abcdef';

/** A service with nodes `a`, `b`, …, each in the phase that its letter stands for. */
function serviceWith(letters: string) {
  const added: { count?: number | undefined; adminPassword?: unknown }[] = [];
  const deleted: unknown[] = [];
  const cce: Partial<CceClient> = {
    async listInstances() {
      const instanceList = Array.from(letters, (letter, index) => ({
        spec: { cceInstanceID: 'abcdefgh'[index], clusterRole: 'node' },
        status: { instancePhase: phases[letter as keyof typeof phases] },
        createdAt: `2026-01-01T00:00:0${index}Z`,
      }));
      return { instancePage: { totalCount: instanceList.length, instanceList }, requestID: 'r' } as never;
    },
    async addInstances(_, [set]) {
      added.push({ count: set?.count, adminPassword: set?.instanceSpec.adminPassword });
      return { cceInstanceIDs: ['new'], requestID: 'r' };
    },
    async deleteInstances(_, request) {
      deleted.push(request);
      return { requestID: 'r' };
    },
    async getCluster() {
      const spec = { clusterID, clusterName: 'any', description: `[cce-orchestrator ${key} ${key}]` };
      return { cluster: { spec, status: { clusterPhase: 'running' } }, requestID: 'r' };
    },
  };
  return { cce: partialClient(cce), added, deleted };
}

const [set] = readExample('managed').nodes!;

async function add(letters: string, input: Partial<AddNodesInput>, info = {}) {
  const { cce, added } = serviceWith(letters);
  const environment = new MockActivityEnvironment(info, { logger });
  const secrets = { env: () => 'test123!T', file: () => undefined };
  const given = { clusterID, set: set!, wanted: 4, known: [], replaced: [], foreign: [], most: 1, onlyLooks: false };
  const answer = (await environment.run(addNodes({ cce, secrets }), { ...given, ...input })) as AddedNodes;
  return { answer, added };
}

const known = ['a', 'b', 'c'];
const replacing = { known, replaced: ['d'] };
const request = { count: 1, adminPassword: 'test123!T' };

describe('a look for missing nodes', () => {
  it.each<[what: string, letters: string, input: Partial<AddNodesInput>, requests: object[]]>([
    ['asks for the one that has gone', 'RRR', replacing, [request]],
    ['asks for the one whose deletion is over', 'RRRG', replacing, [request]],
    ['waits for the one that leaves', 'RRRL', replacing, []],
    ['waits for the one that nobody deletes yet', 'RRRF', replacing, []],
    ['asks for none if another one may be on its way', 'RRRGM', { ...replacing, takesIn: true }, []],
    ['asks for one although somebody has added one since', 'RRRGM', replacing, [request]],
    ['asks for one although others have added theirs', 'RRRGR', { ...replacing, foreign: ['e'] }, [request]],
    ['asks for no more than allowed if the list lacks some', 'R', { ...replacing, most: 1 }, [request]],
    ['asks for none in the place of a known one that the list lacks', 'RR', { ...replacing, most: 2 }, [request]],
    ['asks for none if none is allowed', 'RRR', { ...replacing, most: 0 }, []],
    ['only looks if asked to', 'RRR', { ...replacing, onlyLooks: true }, []],
  ])('%s', async (_, letters, input, requests) => {
    const { added } = await add(letters, input);
    expect(added).toEqual(requests);
  });

  it('tells what it found, and what the service makes', async () => {
    expect((await add('RRR', replacing)).answer).toEqual({
      standing: known,
      others: [],
      requested: 1,
      added: ['new'],
    });
    expect((await add('RRRL', replacing)).answer).toEqual({ waitsFor: ['d'], standing: known, others: [] });
    expect((await add('RRRF', replacing)).answer).toMatchObject({ waitsFor: ['d'], failedAgain: ['d'] });
    expect((await add('RRRGM', { ...replacing, takesIn: true })).answer).toEqual({
      standing: [...known, 'e'],
      others: [],
      requested: 0,
    });
  });

  it('takes a node that the create does not know for one of somebody else', async () => {
    const { answer } = await add('RRRGM', replacing);
    expect(answer).toEqual({ standing: known, others: ['e'], requested: 1, added: ['new'] });
  });

  it('sends nothing if an attempt before may have', async () => {
    await expect(add('RRR', replacing, { attempt: 2 })).rejects.toMatchObject({ type: 'SentBefore' });
  });
});

describe('a deletion of failed nodes', () => {
  async function remove(letters: string, instanceIDs: string[], markerKey = key, isOpen = true) {
    const { cce, deleted } = serviceWith(letters);
    const activity = deleteFailedNodes({ cce, isWorkflowOpen: async () => isOpen });
    const environment = new MockActivityEnvironment({}, { logger });
    const answer = await Promise.resolve(environment.run(activity, { clusterID, markerKey, instanceIDs })).catch(
      (error: unknown) => error,
    );
    return { answer, deleted };
  }

  const deleteOption = { deleteResource: true, deleteCDSSnapshot: true };

  it('deletes what has failed still, and nothing that has recovered', async () => {
    expect(await remove('RFMFLF', ['b', 'c', 'd', 'e'])).toEqual({
      answer: { deleted: ['b', 'd', 'e'], absent: [] },
      deleted: [{ instanceIDs: ['b', 'd'], deleteOption }],
    });
  });

  it('deletes nothing that is being deleted already, or gone', async () => {
    expect(await remove('RLG', ['b', 'c'])).toEqual({ answer: { deleted: ['b', 'c'], absent: [] }, deleted: [] });
  });

  it('counts none as deleted that its look does not show', async () => {
    expect(await remove('RF', ['b', 'c'])).toEqual({
      answer: { deleted: ['b'], absent: ['c'] },
      deleted: [{ instanceIDs: ['b'], deleteOption }],
    });
  });

  it.each([
    ['of the cluster of another create', 'fedcba9876543210', true],
    ['for a create that has ended', key, false],
  ])('deletes none %s', async (_, markerKey, isOpen) => {
    const { answer, deleted } = await remove('RF', ['b'], markerKey, isOpen);
    expect(answer).toBeInstanceOf(Error);
    expect(deleted).toEqual([]);
  });
});
