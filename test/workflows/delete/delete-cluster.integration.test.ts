import { describe, expect, it } from 'vitest';
import type { DeleteClusterInput, DeleteTarget } from '../../../contract/delete.ts';
import { cancelBySignal, cancelNatively, refusal, type CloudScript, type Moment } from '../cloud-script.ts';
import { sameSpec } from '../create/create-rows.ts';
import { deleteCluster } from '../time-skipping.ts';

const byID: DeleteTarget = { clusterID: 'cce-before-1' };
const byName: DeleteTarget = { clusterName: 'a-cluster' };
const inPhase = (clusterPhase: string): CloudScript => ({ clusters: [{ clusterPhase }] });
const withDeletions = (...deletions: (string | Error)[]) => ({ clusters: [{ deletions }] }) as CloudScript;

interface Row {
  what: string;
  script: CloudScript;
  input: DeleteClusterInput;
  outcome: object;
  left: string[];
  deletes: number;
}

function itEnds(execution: 'completed' | 'failed', rows: Row[]): void {
  for (const { what, script, input, outcome, left, deletes } of rows) {
    it(what, async () => {
      const ended = await deleteCluster(script, input);
      expect(ended.execution).toBe(execution);
      expect(ended.outcome).toMatchObject(outcome);
      expect(ended.currentStep.stage).toBe('done');
      expect(ended.cloud.left()).toEqual(left);
      expect(ended.cloud.deletes).toHaveLength(deletes);
    });
  }
}

describe('a delete that succeeds', () => {
  const deleted = { outcome: 'deleted', clusterID: 'cce-before-1', requests: 1, requestID: 'delete-1' };

  itEnds('completed', [
    {
      what: 'finds nothing of the ID',
      script: {},
      input: { target: byID },
      outcome: { outcome: 'absent', clusterID: 'cce-before-1' },
      left: [],
      deletes: 1,
    },
    {
      what: 'finds nothing of the name',
      script: {},
      input: { target: byName },
      outcome: { outcome: 'absent' },
      left: [],
      deletes: 0,
    },
    {
      what: 'finds a cluster of the name that is deleted already',
      script: inPhase('deleted'),
      input: { target: byName },
      outcome: { outcome: 'absent' },
      left: [],
      deletes: 0,
    },
    ...['running', 'pending', 'create_failed', 'delete_failed', 'deleting'].map((phase) => ({
      what: `takes away a cluster that is ${phase}`,
      script: inPhase(phase),
      input: { target: byID },
      outcome: deleted,
      left: [],
      deletes: 1,
    })),
    {
      what: 'takes away the only cluster of the name',
      script: inPhase('running'),
      input: { target: byName },
      outcome: deleted,
      left: [],
      deletes: 1,
    },
    {
      what: 'ends with the phase deleted as well as with nothing',
      script: withDeletions('deleted'),
      input: { target: byID },
      outcome: deleted,
      left: [],
      deletes: 1,
    },
    {
      what: 'asks again after delete_failed',
      script: withDeletions('delete_failed', 'absent'),
      input: { target: byID },
      outcome: { ...deleted, requests: 2, requestID: 'delete-2' },
      left: [],
      deletes: 2,
    },
    {
      what: 'waits five minutes, and not the hour that the service asks for',
      script: withDeletions(refusal('DELETE', 429, 'RequestLimitExceeded', 3_600), 'absent'),
      input: { target: byID, timeoutSeconds: 360 },
      outcome: { ...deleted, requestID: 'delete-2' },
      left: [],
      deletes: 2,
    },
    {
      what: 'takes the one of the name that is not deleted',
      script: { clusters: [{ clusterPhase: 'deleted' }, {}] },
      input: { target: byName },
      outcome: { outcome: 'deleted', clusterID: 'cce-before-2' },
      left: [],
      deletes: 1,
    },
    {
      what: 'waits for the release of what depended on the cluster, which its deadline is not for',
      script: withDeletions('absent'),
      input: { target: byID, waitForRelease: true, timeoutSeconds: 30 },
      outcome: deleted,
      left: [],
      deletes: 1,
    },
  ]);

  it.each([
    [{}, ['post-paid EIPs and CDS volumes', 'CDS snapshots']],
    [{ deleteResource: true, deleteCDSSnapshot: true }, []],
    [{ moveOut: true }, ['post-paid EIPs and CDS volumes', 'CDS snapshots', 'nodes']],
  ])('with the options %j says what stays behind', async (options, staysBehind) => {
    const { outcome, cloud } = await deleteCluster({ clusters: [{}] }, { target: byID, options });
    expect(outcome.staysBehind).toEqual(staysBehind);
    expect(cloud.deletes).toEqual([{ clusterID: 'cce-before-1', options, reason: 'deleteRequested' }]);
  });
});

describe('a delete that fails', () => {
  const left = ['cce-before-1'];

  itEnds('failed', [
    {
      what: 'is not repeated for ever',
      script: withDeletions('delete_failed'),
      input: { target: byID },
      outcome: {
        outcome: 'failed',
        clusterID: 'cce-before-1',
        failure: { type: 'DeleteFailed', step: { name: 'machines', status: 'failed' } },
      },
      left,
      deletes: 4,
    },
    {
      what: 'since the service refuses it for good does so at once, with advice',
      script: withDeletions(refusal('DELETE', 400, 'cce.warning.InvalidParam')),
      input: { target: byID },
      outcome: {
        outcome: 'failed',
        failure: {
          type: 'DeleteRefused',
          code: 'cce.warning.InvalidParam',
          requestID: 'refusal-1',
          advice: expect.stringContaining('protection'),
        },
      },
      left,
      deletes: 1,
    },
    {
      what: 'for want of rights does so with its time limit, and says what it waited for',
      script: withDeletions(refusal('DELETE', 403, 'cce.warning.AccessDenied')),
      input: { target: byID, timeoutSeconds: 60 },
      outcome: {
        outcome: 'failed',
        failure: { type: 'DeadlineExceeded', message: expect.stringContaining('cce.warning.AccessDenied') },
      },
      left,
      deletes: 4,
    },
    {
      what: 'leaves a protected cluster, and says at once how to switch the protection off',
      script: { clusters: [{ forbidDelete: true }] },
      input: { target: byID },
      outcome: {
        failure: {
          type: 'DeletionProtected',
          message: 'cce-before-1 is protected from deletion',
          advice: expect.stringContaining('ccectl unprotect cce-before-1'),
        },
      },
      left: ['cce-before-1'],
      deletes: 0,
    },
    {
      what: 'for the protection of the cluster does so at once, with advice',
      script: withDeletions(refusal('DELETE', 400, 'cce.warning.InvalidParam')),
      input: { target: byID },
      outcome: {
        outcome: 'failed',
        failure: { type: 'DeleteRefused', advice: expect.stringContaining('deletion protection') },
      },
      left,
      deletes: 1,
    },
    {
      what: 'for an ambiguous name touches none',
      script: { clusters: [{}, {}] },
      input: { target: byName },
      outcome: {
        outcome: 'failed',
        failure: { type: 'AmbiguousName', clusterIDs: ['cce-before-1', 'cce-before-2'] },
      },
      left: ['cce-before-1', 'cce-before-2'],
      deletes: 0,
    },
    {
      what: 'by its deadline',
      script: withDeletions('never'),
      input: { target: byID },
      outcome: { outcome: 'failed', clusterID: 'cce-before-1', failure: { type: 'DeadlineExceeded' } },
      left,
      deletes: 1,
    },
    {
      what: 'by its deadline between two requests',
      script: withDeletions('delete_failed'),
      input: { target: byID, timeoutSeconds: 20 },
      outcome: { outcome: 'failed', failure: { type: 'DeadlineExceeded' } },
      left,
      deletes: 1,
    },
  ]);
});

describe.each([
  ['by signal', cancelBySignal({ reason: 'not needed' }), { cancelReason: 'not needed' }],
  ['natively', cancelNatively, {}],
])('a delete that is cancelled %s', (_, cancel, expected) => {
  it.each<[when: string, at: Moment | 'start', phase: string, deletes: number]>([
    ['before it began', 'start', 'running', 0],
    ['before the request', 'look 1', 'running', 0],
    ['while it waits', 'leaving 1', 'deleting', 1],
  ])('%s takes nothing back and asks for nothing more', async (_, at, phase, deletes) => {
    const { outcome, execution, cloud } = await deleteCluster(
      { clusters: [{ deletions: ['never'] }], moments: { [at]: cancel } },
      { target: byName },
    );
    expect(execution).toBe('completed');
    expect(outcome).toMatchObject({ outcome: 'cancelled', ...expected });
    expect(cloud.phaseOf('cce-before-1')).toBe(phase);
    expect(cloud.deletes).toHaveLength(deletes);
  });
});

describe('a delete of what carries our marker only', () => {
  const description = 'a test\n[cce-orchestrator 0123456789abcdef 0123456789abcdef]';
  const input = { target: byName, onlyMarked: true };

  itEnds('completed', [
    {
      what: 'deletes it',
      script: { clusters: [{ description }] },
      input,
      outcome: { outcome: 'deleted', clusterID: 'cce-before-1' },
      left: [],
      deletes: 1,
    },
    {
      what: 'spares a foreign one of the same name',
      script: { clusters: [{ description: 'of others' }, { description }] },
      input,
      outcome: { outcome: 'deleted', clusterID: 'cce-before-2' },
      left: ['cce-before-1'],
      deletes: 1,
    },
  ]);

  itEnds('failed', [
    {
      what: 'is refused where only a foreign one has the name',
      script: { clusters: [{ description: 'of others' }] },
      input,
      outcome: {
        failure: { type: 'NotOurs', clusterIDs: ['cce-before-1'], advice: expect.stringContaining('--foreign') },
      },
      left: ['cce-before-1'],
      deletes: 0,
    },
    {
      what: 'is refused where the ID is that of a foreign one',
      script: { clusters: [{ description: 'of others' }] },
      input: { target: byID, onlyMarked: true, mayBeName: true },
      outcome: {
        failure: { type: 'NotDeleted', clusterIDs: ['cce-before-1'], advice: expect.stringContaining('--foreign') },
      },
      left: ['cce-before-1'],
      deletes: 0,
    },
  ]);
});

it.each([
  ['that a person has typed', true, 'deleted'],
  ['that a program gives', false, 'absent'],
])('an ID %s may be the name of a cluster: %s', async (_, mayBeName, outcome) => {
  const ended = await deleteCluster(
    { clusters: [{}] },
    // No cluster has this ID; one has this name.
    { target: { clusterID: 'a-cluster' }, mayBeName },
  );
  expect(ended.outcome).toMatchObject({ outcome });
  expect(ended.cloud.left()).toEqual(mayBeName ? [] : ['cce-before-1']);
});

it.each([
  ['does not show its cluster for a moment goes on', 1, 'deleted', []],
  ['shows no such cluster in two looks ends', 2, 'absent', ['cce-before-1']],
])('a delete by name while the list %s', async (_, hiddenLooks, outcome, left) => {
  const ended = await deleteCluster({ clusters: [{ hiddenLooks }] }, { target: byName });
  expect(ended.outcome).toMatchObject({ outcome });
  expect(ended.cloud.left()).toEqual(left);
});

it.each([
  ['does not show it for a minute', 5, { outcome: 'deleted' }, []],
  ['does not show it for 90 s', 7, { outcome: 'absent' }, ['cce-before-1']],
])('a delete of a name that may have a new cluster, while the list %s', async (_, hiddenLooks, outcome, left) => {
  const ended = await deleteCluster({ clusters: [{ hiddenLooks }] }, { target: byName, mayBeNew: true });
  expect(ended.outcome).toMatchObject(outcome);
  expect(ended.cloud.left()).toEqual(left);
});

it.each([
  ['shows its cluster after three minutes', 15, { outcome: 'deleted' }, []],
  ['does not show it for four minutes', 20, { outcome: 'absent' }, ['cce-before-1']],
])('a delete after a create that was terminated, while the list %s', async (_, hiddenLooks, outcome, left) => {
  const record = { unseenSeconds: 240 };
  const ended = await deleteCluster({ clusters: [{ hiddenLooks }] }, { target: byName, ...record });
  expect(ended.outcome).toMatchObject(outcome);
  expect(ended.cloud.left()).toEqual(left);
});

it.each(['deleted', 'deleting'] as const)(
  'a delete after a create that was terminated waits for its cluster, though an older one is shown as %s',
  async (clusterPhase) => {
    const clusters = [
      { ...sameSpec, clusterPhase, shownLooks: 4 },
      { ...sameSpec, hiddenLooks: 10 },
    ];
    const record = { unseenSeconds: 240 };
    const { outcome, cloud } = await deleteCluster({ clusters }, { target: byName, ...record });
    expect(outcome).toMatchObject({ outcome: 'deleted', clusterID: 'cce-before-2' });
    expect(cloud.left()).toEqual([]);
  },
);

it('a delete that finds no cluster of the name names the one that was seen gone', async () => {
  const { outcome } = await deleteCluster({}, { target: byName, goneClusterID: 'cce-gone' });
  expect(outcome).toMatchObject({ outcome: 'absent', clusterID: 'cce-gone' });
  expect(outcome.isOnRecord).toBeUndefined();
});

it.each<[what: string, input: Parameters<typeof deleteCluster>[1], isOnRecord: boolean]>([
  ['by ID', { target: { clusterID: 'cce-other' }, isOnRecord: true }, true],
  ['by name', { target: byName, knownClusterID: 'cce-other' }, true],
  ['by an ID that nobody knows', { target: { clusterID: 'cce-other' } }, false],
])('a delete %s tells whether our records have the absent cluster', async (_, input, isOnRecord) => {
  const { outcome } = await deleteCluster({}, input);
  expect(outcome).toMatchObject({ outcome: 'absent', clusterID: 'cce-other' });
  expect(outcome.isOnRecord).toBe(isOnRecord ? true : undefined);
});

it('a delete by name waits while its looks are refused', async () => {
  const keys = refusal('GET', 403, 'IamSignatureInvalid');
  const { outcome, cloud } = await deleteCluster({ clusters: [{}], looks: [keys, keys] }, { target: byName });
  expect(outcome).toMatchObject({ outcome: 'deleted', clusterID: 'cce-before-1' });
  expect(cloud.left()).toEqual([]);
});

it('a delete pauses while the service denies a cluster that it shows, and then deletes it', async () => {
  const denial = refusal('DELETE', 404, 'cce.warning.ClusterNotFound');
  const { outcome, cloud } = await deleteCluster(
    { clusters: [{ deletions: [denial, denial, denial, 'absent'] }] },
    { target: { clusterID: 'cce-before-1' } },
  );
  expect(outcome).toMatchObject({ outcome: 'deleted', requests: 1 });
  expect(cloud.deletes).toHaveLength(4);
});

it('a delete of a cluster that the service denies and shows for ever ends with its time limit', async () => {
  const denial = refusal('DELETE', 404, 'cce.warning.ClusterNotFound');
  const { outcome, cloud } = await deleteCluster(
    { clusters: [{ deletions: [denial] }] },
    { target: { clusterID: 'cce-before-1' }, timeoutSeconds: 60 },
  );
  expect(outcome).toMatchObject({ outcome: 'failed', failure: { type: 'DeadlineExceeded' } });
  // After 0, 5, 15 and 35 seconds.
  expect(cloud.deletes).toHaveLength(4);
});
