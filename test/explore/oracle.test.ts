import { expect, it } from 'vitest';
import type { RunRecord } from './explore-run.ts';
import { judge } from './oracle.ts';
import type { Fate, LogEntry, ServiceCluster } from './service.ts';

const minuteMs = 60_000;
const ours = 'an example\n[cce-orchestrator 0123456789abcdef 0123456789abcdef]';
const fate: Fate = { createMs: minuteMs, lagMs: 0, createFails: false, deleteMs: minuteMs, deletionsFail: 0 };

function cluster(clusterID: string, changes: Partial<ServiceCluster> = {}): ServiceCluster {
  const times = { madeAtMs: 0, hiddenUntilMs: 0, dueAtMs: Infinity };
  return { clusterID, clusterName: 'a', description: ours, state: 'running', fate, ...times, ...changes };
}

const look: LogEntry = { atMs: 0, call: 'listClusters', how: 'answered', sender: 'create-1', shown: [] };

function made(clusterID: string, changes: Partial<LogEntry> = {}): LogEntry {
  return { atMs: 1, call: 'createCluster', how: 'answered', sender: 'create-1', affected: clusterID, ...changes };
}

function deleted(clusterID: string, changes: Partial<LogEntry> = {}): LogEntry {
  const what = { call: 'deleteCluster', how: 'answered', affected: clusterID, stateBefore: 'running' } as const;
  return { atMs: 5 * minuteMs, sender: 'create-1', ...what, ...changes };
}

function operation(outcome: object, changes: object = {}): RunRecord['operations'][number] {
  const startedAt = new Date(0).toISOString();
  const fields = { kind: 'create', runID: 'create-1', workflowID: 'w', execution: 'completed', startedAt, outcome };
  return { ...fields, ...changes } as RunRecord['operations'][number];
}

const asked = { atMs: 0, message: 'create', stage: 'start', answer: 'accepted' } as const;

/** A create that made one cluster, which runs. */
const good: RunRecord = {
  clusterName: 'a',
  wishes: { timeoutSeconds: 3_600 },
  asked: [asked],
  log: [look, made('cce-1')],
  clusters: [cluster('cce-1')],
  operations: [operation({ outcome: 'running', clusterID: 'cce-1' })],
  stuck: [],
  story: [],
  pairs: new Set(),
};

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
    'an extra that a lost answer made, which is deleted',
    {
      log: [look, made('cce-1', { how: 'lostLate' }), look, made('cce-2'), deleted('cce-2')],
      clusters: [cluster('cce-1'), cluster('cce-2', { state: 'gone' })],
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
    'a password in an outcome',
    {
      operations: [operation({ outcome: 'running', clusterID: 'cce-1', failure: { type: 'x', message: 'test123!T' } })],
    },
    'a password',
  ],
])('finds %s', (_, changes, violation) => {
  expect(judge({ ...good, ...changes }).join('\n')).toContain(violation);
});
