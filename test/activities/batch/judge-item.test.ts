import { describe, expect, it } from 'vitest';
import { judgeItem, shorten } from '../../../activities/batch/judge-item.ts';
import type { EndedItem, ItemReference } from '../../../contract/batch/reports.ts';
import type { Cleanup, CreateClusterOutcome } from '../../../contract/create.ts';
import type { DeleteClusterOutcome } from '../../../contract/delete.ts';

const create: ItemReference = { index: 7, kind: 'create', workflowID: 'cce:default:bj:a-name', runID: 'a-run' };
const deletion: ItemReference = { ...create, kind: 'delete' };
const failure = { type: 'CreateFailed', message: 'sold out' };
const refused = { type: 'DeleteRefused', message: 'protected' };
const notDeleted = { type: 'NotDeleted', message: 'it carries the marker of another create' };
const isProtected = { type: 'DeletionProtected', message: 'cce-1 is protected from deletion' };
const noKeys = { type: 'CreateRefused', message: 'no', httpStatus: 403, code: 'SignatureDoesNotMatch' };
const cleanup = (status: Cleanup['status'], more: Partial<Cleanup> = {}): Cleanup => ({
  status,
  clusterIDs: [],
  ...more,
});

interface Row {
  what: string;
  item: ItemReference;
  outcome?: Partial<CreateClusterOutcome> | Partial<DeleteClusterOutcome>;
  judged: Omit<EndedItem, 'index' | 'runID'>;
}

const rows: Row[] = [
  { what: 'a create that runs', item: create, outcome: { outcome: 'running' }, judged: { result: 'succeeded' } },
  {
    what: 'a create that adopted an older cluster',
    item: create,
    outcome: { outcome: 'running', adopted: true },
    judged: { result: 'succeeded', adopted: true },
  },
  {
    what: 'a create whose time to live has ended',
    item: create,
    outcome: { outcome: 'expired', cleanup: cleanup('deleted') },
    judged: { result: 'succeeded' },
  },
  {
    what: 'a create whose cluster outlives its time to live, since it is protected',
    item: create,
    outcome: { outcome: 'expired', cleanup: cleanup('kept', { objection: 'it is protected' }), failure: isProtected },
    judged: { result: 'failed', leftBehind: true, failure: isProtected },
  },
  {
    what: 'a create whose cluster outlives its time to live for another reason',
    item: create,
    outcome: { outcome: 'expired', cleanup: cleanup('kept', { objection: 'another create claims it' }) },
    judged: { result: 'failed', leftBehind: true, failure: { type: 'Kept', message: 'another create claims it' } },
  },
  {
    what: 'a create whose cluster could not be deleted when its time to live was over',
    item: create,
    outcome: { outcome: 'expired', cleanup: cleanup('incomplete', { failure: refused }) },
    judged: { result: 'failed', leftBehind: true, failure: refused },
  },
  {
    what: 'a create that was cancelled and kept what it was to delete',
    item: create,
    outcome: { outcome: 'cancelled', cleanup: cleanup('kept', { objection: 'it is protected' }) },
    judged: { result: 'failed', leftBehind: true, failure: { type: 'Kept', message: 'it is protected' } },
  },
  {
    what: 'a create that was cancelled and kept its cluster, as wanted',
    item: create,
    outcome: { outcome: 'cancelled', cleanup: cleanup('kept') },
    judged: { result: 'cancelled' },
  },
  {
    what: 'a create whose cluster has vanished after it ran',
    item: create,
    outcome: { outcome: 'vanished', cleanup: cleanup('notNeeded') },
    judged: { result: 'failed', failure: { type: 'Vanished', message: expect.stringContaining('somebody else') } },
  },
  {
    what: 'a create that failed',
    item: create,
    outcome: { outcome: 'failed', failure },
    judged: { result: 'failed', failure },
  },
  ...(['kept', 'incomplete'] as const).map((status): Row => ({
    what: `a create that failed, its cluster ${status}`,
    item: create,
    outcome: { outcome: 'failed', failure, cleanup: cleanup(status) },
    judged: { result: 'failed', leftBehind: true, failure },
  })),
  {
    what: 'a create whose keys were refused for minutes',
    item: create,
    outcome: { outcome: 'failed', failure: noKeys, cleanup: cleanup('notNeeded') },
    judged: { result: 'failed', heldBack: true, failure: { type: 'CreateRefused', message: 'no' } },
  },
  {
    what: 'a create that was cancelled',
    item: create,
    outcome: { outcome: 'cancelled', cleanup: cleanup('deleted') },
    judged: { result: 'cancelled' },
  },
  {
    what: 'a cancelled create that leaves a cluster',
    item: create,
    outcome: { outcome: 'cancelled', cleanup: cleanup('incomplete', { failure: refused }) },
    judged: { result: 'failed', leftBehind: true, failure: refused },
  },
  { what: 'a delete', item: deletion, outcome: { outcome: 'deleted' }, judged: { result: 'succeeded' } },
  {
    what: 'a delete of an absent cluster',
    item: deletion,
    outcome: { outcome: 'absent' },
    judged: { result: 'succeeded' },
  },
  {
    what: 'a delete that was cancelled',
    item: deletion,
    outcome: { outcome: 'cancelled' },
    judged: { result: 'cancelled' },
  },
  {
    what: 'a delete that failed',
    item: deletion,
    outcome: { outcome: 'failed', failure: refused },
    judged: { result: 'failed', failure: refused },
  },
  ...(['deleted', 'notNeeded'] as const).map((status): Row => ({
    what: `a delete whose create was cancelled, clean-up ${status}`,
    item: deletion,
    outcome: { outcome: 'cancelled', cleanup: cleanup(status) },
    judged: { result: 'succeeded' },
  })),
  {
    what: 'a delete whose create could not clean up',
    item: deletion,
    outcome: { outcome: 'cancelled', cleanup: cleanup('incomplete', { failure: refused }) },
    judged: { result: 'failed', failure: refused },
  },
  {
    what: 'a delete whose create failed by itself and cleaned up',
    item: deletion,
    outcome: { outcome: 'failed', failure, cleanup: cleanup('deleted') },
    judged: { result: 'succeeded' },
  },
  {
    what: 'a delete whose create reached the end of its time to live',
    item: deletion,
    outcome: { outcome: 'expired', cleanup: cleanup('deleted') },
    judged: { result: 'succeeded' },
  },
  {
    what: 'a delete whose create kept the cluster',
    item: deletion,
    outcome: { outcome: 'cancelled', cleanup: cleanup('kept') },
    judged: { result: 'failed', kept: true, failure: expect.objectContaining({ type: 'Kept' }) },
  },
  {
    what: 'a delete whose create objected',
    item: deletion,
    outcome: { outcome: 'cancelled', cleanup: cleanup('kept', { objection: 'it runs' }) },
    judged: { result: 'failed', kept: true, failure: { type: 'Kept', message: 'it runs' } },
  },
  {
    what: 'a delete of a cluster that is not its own',
    item: deletion,
    outcome: { outcome: 'failed', failure: notDeleted },
    judged: { result: 'failed', kept: true, failure: notDeleted },
  },
  {
    what: 'a delete of a cluster that is protected',
    item: deletion,
    outcome: { outcome: 'failed', failure: isProtected },
    judged: { result: 'failed', kept: true, failure: isProtected },
  },
  {
    what: 'a create that failed on a cluster it had adopted',
    item: create,
    outcome: { outcome: 'failed', failure, adopted: true, cleanup: cleanup('kept') },
    judged: { result: 'failed', leftBehind: true, adopted: true, failure },
  },
  {
    what: 'a create that was cancelled on a cluster it had adopted',
    item: create,
    outcome: { outcome: 'cancelled', adopted: true, cleanup: cleanup('kept') },
    judged: { result: 'cancelled', adopted: true },
  },
  {
    what: 'a delete that came too late for the create',
    item: deletion,
    outcome: { outcome: 'running' },
    judged: { result: 'failed', failure: expect.objectContaining({ type: 'TooLate' }) },
  },
  ...[create, deletion].map((item): Row => ({
    what: `a ${item.kind} that was terminated`,
    item,
    judged: { result: 'failed', leftBehind: true, failure: expect.objectContaining({ type: 'Terminated' }) },
  })),
];

describe('the result of a batch item', () => {
  it.each(rows)('follows from the end of $what', ({ item, outcome, judged }) => {
    const whole = outcome === undefined ? undefined : { steps: [], ...outcome };
    expect(judgeItem(item, whole as CreateClusterOutcome | undefined)).toEqual({ index: 7, runID: 'a-run', ...judged });
  });
});

it('a long reason is shortened, since one payload holds many of them', () => {
  const { type, message } = shorten({ type: 'CreateFailed', message: '长'.repeat(10_000) });
  expect(type).toBe('CreateFailed');
  expect(message).toHaveLength(300);
  expect(shorten({ type: 'CreateFailed', message: 'x'.repeat(300) }).message).toBe('x'.repeat(300));
});
