import { expect, it } from 'vitest';
import type { RunRecord } from './explore-run.ts';
import { asked, cluster, deleted, givenUp, good, look, made, minuteMs, operation, rolledBack } from './good-run.ts';
import { judge } from './oracle.ts';

it('finds nothing wrong with a create whose cluster runs', () => {
  expect(judge(good)).toEqual([]);
});

it.each<[string, Partial<RunRecord>]>([
  [
    'a cancelled create that deletes its cluster',
    {
      asked: [asked, { ...asked, message: 'cancel', atMs: minuteMs }],
      log: [look, made('cce-1'), deleted('cce-1')],
      clusters: [cluster('cce-1', { state: 'gone' })],
      operations: [operation({ outcome: 'cancelled', cleanup: { status: 'deleted', clusterIDs: ['cce-1'] } })],
    },
  ],
  [
    'a failed cluster that is deleted',
    {
      log: [look, made('cce-1'), deleted('cce-1', { stateBefore: 'create_failed' })],
      clusters: [cluster('cce-1', { state: 'gone' })],
      operations: [operation({ outcome: 'failed' })],
    },
  ],
  [
    'a deletion that was given up after a day',
    { asked: [{ ...asked, message: 'delete' }], log: [look, made('cce-1')], operations: [givenUp(24 * 60)] },
  ],
  [
    'a deletion that is refused for good',
    {
      asked: [{ ...asked, message: 'delete' }],
      log: [look, made('cce-1'), { atMs: 2, call: 'deleteCluster', how: 'refused', sender: 'delete-1' }],
      operations: [givenUp(5)],
    },
  ],
  [
    'a teardown that deletes what a create has obtained meanwhile',
    {
      asked: [
        { ...asked, message: 'teardown', answeredAtMs: minuteMs },
        { ...asked, atMs: 2 * minuteMs },
      ],
      log: [look, made('cce-1'), deleted('cce-1', { sender: 'delete-1' })],
      clusters: [cluster('cce-1', { state: 'gone' })],
      operations: [
        operation(
          { outcome: 'running', clusterID: 'cce-1', adopted: true },
          { runID: 'create-2', startedAt: new Date(2 * minuteMs).toISOString() },
        ),
        operation(
          { outcome: 'deleted', clusterID: 'cce-1' },
          { kind: 'delete', runID: 'delete-1', startedAt: new Date(3 * minuteMs).toISOString() },
        ),
      ],
    },
  ],
  [
    'an extra that a lost answer made, which is deleted',
    {
      log: [look, made('cce-1', { how: 'lostLate' }), look, made('cce-2'), deleted('cce-2')],
      clusters: [cluster('cce-1'), cluster('cce-2', { state: 'gone' })],
    },
  ],
  [
    'an extra that a lost answer made, which is deleted by a create that has adopted the cluster of an earlier one',
    {
      log: [
        look,
        made('cce-1', { sender: 'create-0' }),
        look,
        made('cce-2', { atMs: 2, how: 'lostLate' }),
        deleted('cce-2', { atMs: 3 }),
      ],
      clusters: [cluster('cce-1'), cluster('cce-2', { state: 'gone' })],
      operations: [operation({ outcome: 'running', clusterID: 'cce-1', adopted: true })],
    },
  ],
  [
    'the request of a create that was reset while the request of the run before was on its way',
    {
      asked: [asked, { ...asked, message: 'reset', atMs: 1 }],
      log: [look, made('cce-1'), made('cce-2', { atMs: 2 }), deleted('cce-2')],
      clusters: [cluster('cce-1'), cluster('cce-2', { state: 'gone' })],
    },
  ],
  [
    'the end of a time to live that only the create before had extended',
    {
      wishes: { timeoutSeconds: 3_600, ttlSeconds: 120 },
      asked: [
        { ...asked, message: 'extend' },
        { ...asked, atMs: minuteMs },
      ],
      log: [look, made('cce-1'), deleted('cce-1')],
      clusters: [cluster('cce-1', { madeAtMs: minuteMs, state: 'gone' })],
      operations: [operation({ outcome: 'expired' }, { startedAt: new Date(minuteMs).toISOString() })],
    },
  ],
  [
    'the end of a time to live that was extended before its create had begun',
    {
      wishes: { timeoutSeconds: 3_600, ttlSeconds: 7_200 },
      asked: [asked, { ...asked, message: 'extend', answeredAtMs: 2 }],
      log: [look, made('cce-1'), deleted('cce-1', { atMs: 61 * minuteMs })],
      clusters: [cluster('cce-1', { state: 'gone' })],
      operations: [operation({ outcome: 'expired' }, { startedAt: new Date(1).toISOString() })],
    },
  ],
  [
    'an unknown cluster that somebody deletes in the console, where the deletion fails',
    {
      clusters: [cluster('cce-1', { state: 'delete_failed', deletedInConsole: true })],
      operations: [operation({ outcome: 'failed' })],
    },
  ],
  [
    'what a batch made that is rolled back',
    {
      asked: [{ ...asked, message: 'batch' }],
      log: [look, made('cce-1'), deleted('cce-1', { sender: 'delete-1' })],
      clusters: [cluster('cce-1', { state: 'gone' })],
      operations: [
        operation({ outcome: 'running', clusterID: 'cce-1' }),
        operation({ outcome: 'deleted', clusterID: 'cce-1' }, { kind: 'delete', runID: 'delete-1' }),
      ],
      batches: [rolledBack],
    },
  ],
  [
    'an orphan of a terminated create that a search for orphans deletes',
    {
      asked: [asked, { ...asked, message: 'terminate' }, { ...asked, message: 'reconcile', atMs: 3 * minuteMs }],
      log: [look, made('cce-1'), deleted('cce-1', { sender: 'reconcile-1' })],
      clusters: [cluster('cce-1', { state: 'gone' })],
      operations: [
        operation(undefined, { execution: 'terminated', clusterName: 'a', closedAt: new Date(minuteMs).toISOString() }),
      ],
      reconciles: ['reconcile-1'],
    },
  ],
])('finds nothing wrong with %s', (_, changes) => {
  expect(judge({ ...good, ...changes })).toEqual([]);
});

it.each<[string, Partial<RunRecord>, string]>([
  ['an operation that does not end', { stuck: [{ workflowID: 'w', runID: 'create-1' }] }, 'w does not end'],
  ['a create without a look', { log: [made('cce-1')] }, 'without a look'],
  [
    'a second create without a look after a lost answer',
    { log: [look, made('cce-1', { how: 'lostAfter' }), made('cce-2', { atMs: 7 })] },
    'at 7 without a look',
  ],
  [
    'a look that was not answered before a create',
    { log: [{ ...look, how: 'throttled' }, made('cce-1')] },
    'without a look',
  ],
  ['a healthy cluster that is deleted', { log: [look, made('cce-1'), deleted('cce-1')] }, 'without a reason'],
  [
    'a cancel that comes after the deletion',
    {
      asked: [asked, { ...asked, message: 'cancel', atMs: 6 * minuteMs }],
      log: [look, made('cce-1'), deleted('cce-1')],
    },
    'without a reason',
  ],
  [
    'a foreign cluster that is deleted by its name',
    {
      asked: [{ ...asked, message: 'delete' }],
      clusters: [cluster('cce-1', { description: 'made by hand' })],
      log: [deleted('cce-1', { sender: 'delete-1' })],
      operations: [operation({ outcome: 'deleted' }, { kind: 'delete', runID: 'delete-1' })],
    },
    'without a reason',
  ],
  [
    'the cluster of another create that a clean-up deletes',
    {
      asked: [asked, { ...asked, message: 'cancel' }],
      log: [look, made('cce-1', { sender: 'create-0' }), deleted('cce-1')],
    },
    'without a reason',
  ],
  ['a cluster that nobody is told of', { operations: [operation({ outcome: 'failed' })] }, 'nobody is told'],
  [
    'a cluster that is said to run and is gone',
    { clusters: [cluster('cce-1', { state: 'gone' })] },
    'runs, as somebody was told, and is gone',
  ],
  [
    'a cluster that is said to run and never existed',
    { operations: [operation({ outcome: 'running', clusterID: 'cce-9' })] },
    'which never existed',
  ],
  [
    'a clean-up that says deleted of what is left',
    { operations: [operation({ outcome: 'cancelled', cleanup: { status: 'deleted', clusterIDs: ['cce-1'] } })] },
    'was told that it is deleted',
  ],
  [
    'a delete that says deleted of what is left',
    { operations: [operation({ outcome: 'deleted', clusterID: 'cce-1' }, { kind: 'delete' })] },
    'was told that it is deleted',
  ],
  [
    'a failed cluster that is deleted although it was to be kept',
    {
      wishes: { timeoutSeconds: 3_600, onFailure: 'keep' },
      log: [look, made('cce-1'), deleted('cce-1', { stateBefore: 'create_failed' })],
    },
    'without a reason',
  ],
  [
    'a late cluster that is deleted long after it began to run',
    {
      wishes: { timeoutSeconds: 60 },
      log: [look, made('cce-1'), deleted('cce-1')],
      clusters: [cluster('cce-1', { runsSinceMs: minuteMs })],
    },
    'without a reason',
  ],
  [
    'a cluster that is adopted although its deletion was asked for before',
    {
      asked: [asked, { ...asked, message: 'delete', answeredAtMs: minuteMs }, { ...asked, atMs: 2 * minuteMs }],
      log: [look, made('cce-1'), deleted('cce-1', { sender: 'delete-1' })],
      clusters: [cluster('cce-1', { state: 'gone' })],
      operations: [
        operation({ outcome: 'deleted', clusterID: 'cce-1' }, { kind: 'delete', runID: 'delete-1' }),
        operation(
          { outcome: 'running', clusterID: 'cce-1', adopted: true },
          { runID: 'create-2', startedAt: new Date(2 * minuteMs).toISOString() },
        ),
      ],
    },
    'runs, as somebody was told, and is gone',
  ],
  [
    'a deletion that was given up although it was refused for now',
    {
      asked: [{ ...asked, message: 'delete' }],
      log: [look, made('cce-1'), { atMs: 2, call: 'deleteCluster', how: 'denied', sender: 'delete-1' }],
      operations: [givenUp(5)],
    },
    'gave up a deletion that was refused for now',
  ],
  [
    'a create that says that its cluster runs, instead of its time to live',
    { wishes: { timeoutSeconds: 3_600, ttlSeconds: 900 } },
    'outlives its time to live',
  ],
  [
    'a rollback that deletes what somebody asked for by itself',
    {
      asked: [
        { ...asked, message: 'batch' },
        { ...asked, answeredAtMs: minuteMs, run: { workflowID: 'w', runID: 'create-1' } },
      ],
      log: [look, made('cce-1'), deleted('cce-1', { sender: 'delete-1' })],
      operations: [operation({ outcome: 'deleted', clusterID: 'cce-1' }, { kind: 'delete', runID: 'delete-1' })],
      clusters: [cluster('cce-1', { state: 'gone' })],
      batches: [rolledBack],
    },
    'without a reason',
  ],
  [
    'a search for orphans that deletes what a create claims',
    {
      asked: [asked, { ...asked, message: 'reconcile' }],
      log: [look, made('cce-1'), deleted('cce-1', { sender: 'reconcile-1' })],
      operations: [
        operation(
          { outcome: 'running', clusterID: 'cce-1' },
          { clusterName: 'a', closedAt: new Date(minuteMs).toISOString() },
        ),
      ],
      reconciles: ['reconcile-1'],
    },
    'without a reason',
  ],
  [
    'counts of a batch that do not add up',
    { batches: [{ ...rolledBack, outcome: { ...rolledBack.outcome!, total: 3 } }] },
    'do not add up',
  ],
  [
    'a password in an outcome',
    {
      operations: [operation({ outcome: 'running', clusterID: 'cce-1', failure: { type: 'x', message: 'test123!T' } })],
    },
    'a password',
  ],
])('finds %s', (_, changes, violation) => {
  expect(judge({ ...good, ...changes }).join('\n')).toContain(violation);
});
