import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import type { CreateClusterOutcome } from '../../../contract/create.ts';
import type { DeleteClusterOutcome } from '../../../contract/delete.ts';
import type { OperationMemo } from '../../../contract/operation-memo.ts';
import {
  hasSeenGone,
  leftByCreates,
  recordForCreate,
  recordForDelete,
} from '../../../temporal/executions/record-of-earlier.ts';
import type { FoundRun } from '../../../temporal/executions/start-operation.ts';

const cleanedUp = (status: 'deleted' | 'kept' | 'incomplete', ...clusterIDs: string[]) => ({
  cleanup: { status, clusterIDs },
});

it.each<[what: string, outcome: Partial<CreateClusterOutcome | DeleteClusterOutcome> | undefined, isGone: boolean]>([
  ['a create that was terminated', undefined, false],
  ['a create that made a cluster that runs', { outcome: 'running', clusterID: 'cce-1' }, false],
  ['a create that failed, and deleted it', { outcome: 'failed', ...cleanedUp('deleted', 'cce-1') }, true],
  [
    'a create that was cancelled, and deleted another',
    { outcome: 'cancelled', ...cleanedUp('deleted', 'cce-2') },
    false,
  ],
  ['a create that was cancelled, and kept it', { outcome: 'cancelled', ...cleanedUp('kept', 'cce-1') }, false],
  [
    'a create that expired, and could not delete it',
    { outcome: 'expired', ...cleanedUp('incomplete', 'cce-1') },
    false,
  ],
  ['a create that expired, and deleted it', { outcome: 'expired', ...cleanedUp('deleted', 'cce-1') }, true],
  ['a create that lost it to somebody else', { outcome: 'vanished', clusterID: 'cce-1' }, true],
  ['a create that lost another one to somebody else', { outcome: 'vanished', clusterID: 'cce-2' }, false],
  ['a delete that deleted it', { outcome: 'deleted', clusterID: 'cce-1' }, true],
  ['a delete that deleted another cluster of the name', { outcome: 'deleted', clusterID: 'cce-2' }, false],
  ['a delete that asked for it, and found it absent', { outcome: 'absent', clusterID: 'cce-1' }, true],
  ['a delete that found no cluster of the name, and asked for none', { outcome: 'absent' }, false],
  ['a delete that was cancelled', { outcome: 'cancelled', clusterID: 'cce-1' }, false],
])('tells whether a cluster is gone after %s', (_, outcome, isGone) => {
  const whole = outcome && ({ steps: [], ...outcome } as CreateClusterOutcome);
  expect(hasSeenGone(whole, 'cce-1')).toBe(isGone);
});

const nowMs = Date.parse('2026-01-01T00:10:00Z');
const soon = '2026-01-01T00:12:00.000Z';
const terminatedNow = { execution: 'TERMINATED', closedAtMs: nowMs };
const fourMinutes = '2026-01-01T00:14:00.000Z';

it.each<[what: string, run: Partial<FoundRun>, left: object]>([
  ['nothing, if it ended without a cluster', {}, {}],
  ['its cluster', { memo: { clusterID: 'cce-1' } }, { clusterID: 'cce-1' }],
  ['a cluster that nobody has seen, if it was terminated', terminatedNow, { unseenUntil: fourMinutes }],
  [
    'the cluster of the one before, if it has none',
    { memo: { earlier: { clusterID: 'cce-1' } } },
    { clusterID: 'cce-1' },
  ],
  [
    'its own cluster rather than that of the one before',
    { memo: { clusterID: 'cce-2', earlier: { clusterID: 'cce-1' } } },
    { clusterID: 'cce-2' },
  ],
  ['what the one before may have left unseen', { memo: { earlier: { unseenUntil: soon } } }, { unseenUntil: soon }],
  [
    'it also shortly after, for the clock of this machine may be fast',
    { memo: { earlier: { unseenUntil: '2026-01-01T00:09:00.000Z' } } },
    { unseenUntil: '2026-01-01T00:09:00.000Z' },
  ],
  ['nothing of that an hour later', { memo: { earlier: { unseenUntil: '2025-12-31T23:10:00Z' } } }, {}],
  [
    'the later of both moments, if it was terminated too',
    { ...terminatedNow, memo: { earlier: { unseenUntil: soon } } },
    { unseenUntil: fourMinutes },
  ],
])('a create leaves %s', (_, run, left) => {
  expect(leftByCreates({ execution: 'COMPLETED', closedAtMs: nowMs, memo: {}, ...run }, nowMs)).toEqual(left);
});

const scope = { account: 'default', region: 'bj' };
const createID = 'cce:default:bj:web';
const deleteByName = 'cce:default:bj:delete:web';
const deleteByID = 'cce:default:bj:delete:cce-1';

/** A client that knows deletes which began after the create. */
function clientOf(outcomes: Record<string, object>): Client {
  const notFound = (workflowID: string) => new WorkflowNotFoundError('not found', workflowID, undefined);
  return {
    options: { namespace: 'default' },
    workflow: {
      getHandle: (workflowID: string) => ({
        result: async () => {
          if (outcomes[workflowID] === undefined) throw notFound(workflowID);
          return outcomes[workflowID];
        },
      }),
    },
    workflowService: {
      describeWorkflowExecution: async ({ execution }: { execution: { workflowId: string } }) =>
        outcomes[execution.workflowId] === undefined
          ? {}
          : {
              workflowExecutionInfo: {
                execution: { workflowId: execution.workflowId, runId: 'run-2' },
                startTime: { seconds: 200 },
                status: 2,
              },
            },
    },
  } as unknown as Client;
}

function createRun(memo: OperationMemo, run: Partial<FoundRun> = {}): FoundRun {
  const ids = { workflowID: createID, runID: 'run-1', firstRunID: 'run-1' };
  return { ...ids, isRunning: false, execution: 'COMPLETED', startedAtMs: 100_000, memo, ...run };
}

describe('the next operation on the name', () => {
  const record = async (memo: OperationMemo, outcomes: Record<string, object> = {}, run: Partial<FoundRun> = {}) => {
    const create = createRun(memo, run);
    const [toDelete, toCreate] = await Promise.all([
      recordForDelete(clientOf(outcomes), scope, 'web', create),
      recordForCreate(clientOf(outcomes), scope, 'web', create),
    ]);
    return { toDelete, toCreate };
  };
  const known = {
    toDelete: { knownClusterID: 'cce-1' },
    toCreate: { input: { knownClusterID: 'cce-1' }, memo: { earlier: { clusterID: 'cce-1' } } },
  };
  const nothing = { toDelete: { goneClusterID: 'cce-1' }, toCreate: { input: {}, memo: {} } };

  it.each<[what: string, outcomes: Record<string, object>, expected: object]>([
    ['is told the cluster of the last create', {}, known],
    [
      'is told it if a delete of it was cancelled',
      { [deleteByName]: { outcome: 'cancelled', clusterID: 'cce-1' } },
      known,
    ],
    [
      'is told nothing if a delete has deleted it',
      { [deleteByName]: { outcome: 'deleted', clusterID: 'cce-1' } },
      nothing,
    ],
    [
      'is told nothing if a delete by its ID has deleted it',
      { [deleteByID]: { outcome: 'deleted', clusterID: 'cce-1' } },
      nothing,
    ],
    [
      'is told nothing if a delete after that which deleted it has found none',
      { [deleteByName]: { outcome: 'absent', clusterID: 'cce-1' } },
      nothing,
    ],
    [
      'is told nothing if the create has seen that others deleted it',
      {
        [createID]: {
          outcome: 'failed',
          clusterID: 'cce-1',
          failure: { type: 'DeletedByOthers', message: 'gone' },
          cleanup: { status: 'notNeeded', clusterIDs: [] },
        },
      },
      nothing,
    ],
    [
      'is told nothing if the create has deleted it',
      { [createID]: { outcome: 'failed', ...cleanedUp('deleted', 'cce-1') } },
      nothing,
    ],
  ])('%s', async (_, outcomes, expected) => {
    expect(await record({ clusterID: 'cce-1' }, outcomes)).toEqual(expected);
  });

  it('is told the cluster of a create that runs and may end meanwhile, if it is a create', async () => {
    expect(await record({ clusterID: 'cce-1' }, {}, { isRunning: true, execution: 'RUNNING' })).toEqual({
      toDelete: {},
      toCreate: known.toCreate,
    });
  });

  it('is told, and tells the one after it, what a terminated create may have made, though another came in between', async () => {
    const unseenUntil = new Date(Date.now() + 120_000).toISOString();
    const { toDelete, toCreate } = await record({ earlier: { unseenUntil }, ended: 'cancelled' });
    expect(toDelete).toEqual({ unseenUntil });
    expect(toCreate).toEqual({ input: { unseenUntil }, memo: { earlier: { unseenUntil } } });
  });
});
