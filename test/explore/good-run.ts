import type { RunRecord } from './explore-run.ts';
import type { Fate, LogEntry, ServiceCluster } from './service-log.ts';

export const minuteMs = 60_000;
const ours = 'an example\n[cce-orchestrator 0123456789abcdef 0123456789abcdef]';
const fate: Fate = { createMs: minuteMs, lagMs: 0, createFails: false, deleteMs: minuteMs, deletionsFail: 0 };

export function cluster(clusterID: string, changes: Partial<ServiceCluster> = {}): ServiceCluster {
  const times = { madeAtMs: 0, hiddenUntilMs: 0, dueAtMs: Infinity };
  return { clusterID, clusterName: 'a', description: ours, state: 'running', fate, ...times, ...changes };
}

export const look: LogEntry = {
  atMs: 0,
  call: 'listClusters',
  how: 'answered',
  sender: 'create-1',
  target: 'a',
  shown: [],
};

export function made(clusterID: string, changes: Partial<LogEntry> = {}): LogEntry {
  return {
    atMs: 1,
    call: 'createCluster',
    how: 'answered',
    sender: 'create-1',
    target: 'a',
    affected: clusterID,
    ...changes,
  };
}

export function deleted(clusterID: string, changes: Partial<LogEntry> = {}): LogEntry {
  const what = { call: 'deleteCluster', how: 'answered', affected: clusterID, stateBefore: 'running' } as const;
  return { atMs: 5 * minuteMs, sender: 'create-1', ...what, ...changes };
}

export function operation(outcome: object | undefined, changes: object = {}): RunRecord['operations'][number] {
  const startedAt = new Date(0).toISOString();
  const fields = { kind: 'create', runID: 'create-1', workflowID: 'w', execution: 'completed', startedAt, outcome };
  return { ...fields, ...changes } as RunRecord['operations'][number];
}

/** A delete that ended after this many minutes because the service had refused it. */
export function givenUp(minutes: number): RunRecord['operations'][number] {
  return operation(
    { outcome: 'failed', clusterID: 'cce-1', failure: { type: 'DeleteRefused', message: 'no' } },
    { kind: 'delete', runID: 'delete-1', closedAt: new Date(minutes * minuteMs).toISOString() },
  );
}

export const asked = { atMs: 0, message: 'create', stage: 'start', names: ['a'], answer: 'accepted' } as const;

const counts = { total: 2, waiting: 0, underWay: 0, succeeded: 1, failed: 1, cancelled: 0 };
export const rolledBack: RunRecord['batches'][number] = {
  name: 'batch',
  runID: 'batch-1',
  policy: 'rollback',
  concurrency: 1,
  outcome: { outcome: 'rolledBack', ...counts } as never,
};

/** A create that made one cluster, which runs. */
export const good: RunRecord = {
  wishes: { timeoutSeconds: 3_600 },
  asked: [asked],
  log: [look, made('cce-1')],
  clusters: [cluster('cce-1')],
  operations: [operation({ outcome: 'running', clusterID: 'cce-1' })],
  batches: [],
  reconciles: [],
  stuck: [],
  story: [],
  pairs: new Set(),
};
