import { describe, expect, it } from 'vitest';
import { deletionNoticeLines, noticeLines, outcomeLines, progressLine, statusText } from '../../cli/output.ts';
import type { OperationStatus } from '../../client/index.ts';

const submitting = { stage: 'submitting', steps: [], updatedAt: '2026-01-01T00:00:00Z' };
const base = { kind: 'create', clusterName: 'a', workflowID: 'cce:test:bj:a', execution: 'running' };
const status = (more: object) => ({ ...base, ...more }) as unknown as OperationStatus;

describe('while nothing moves', () => {
  it.each<[why: string, status: OperationStatus, says: string]>([
    [
      'no worker polls',
      status({ blockedBy: { reason: 'noWorker', message: 'no worker polls the task queue cce-a-bj' } }),
      'no worker polls the task queue cce-a-bj',
    ],
    [
      'a call fails',
      status({ currentStep: submitting, blockedBy: { reason: 'callFails', message: 'findClusters fails' } }),
      'findClusters fails',
    ],
    [
      'polls fail',
      status({ currentStep: { ...submitting, pollTrouble: { failures: 2, message: '503 from CCE' } } }),
      'polling CCE fails: 503 from CCE',
    ],
    [
      'the service refuses the keys',
      status({ currentStep: { ...submitting, waitsFor: { reason: 'keys', message: 'expired', since: 'noon' } } }),
      'waits for access keys that the service accepts since noon: expired',
    ],
  ])('the line and the full view say why: %s', (_, now, says) => {
    expect(progressLine(now)).toContain(says);
    expect(statusText(now)).toContain(says);
  });

  it('only the full view, which is not a log, says when the next attempt is due', () => {
    const waitsFor = { reason: 'service', message: 'throttled', since: 'noon', retryAt: 'one' } as const;
    const now = status({ currentStep: { ...submitting, waitsFor } });
    expect(progressLine(now)).toMatch(/since noon: throttled$/);
    expect(statusText(now)).toContain('since noon: throttled; tries again at one');
  });
});

it('the line of a create that no worker has answered for does not read like its end', () => {
  expect(progressLine(status({}))).toBe('create a: under way');
  expect(progressLine(status({ execution: 'terminated' }))).toBe('create a: terminated');
});

it('a delete does not show the time to live that it ends', () => {
  const leased = status({
    currentStep: { ...submitting, stage: 'running', expiresAt: 'noon' },
    overdue: { since: 'one' },
  });
  expect(noticeLines(leased)).toEqual(['  expires   noon', expect.stringContaining('since one')]);
  expect(deletionNoticeLines(leased)).toEqual([expect.stringContaining('since one')]);
  expect(deletionNoticeLines(status({}))).toEqual([]);
  expect(noticeLines(status({ currentStep: { ...submitting, stage: 'cleaningUp', expiresAt: 'noon' } }))).toEqual([]);
});

it('a refused create stands beside the cluster that runs', () => {
  const failure = { type: 'NameTaken', message: 'a cluster named "a" exists', differingPaths: ['cluster.k8sVersion'] };
  const text = statusText(
    status({
      execution: 'completed',
      clusterID: 'cce-1',
      outcome: { outcome: 'running', clusterID: 'cce-1', steps: [] },
      refusedCreate: { runID: 'r', startedAt: 'noon', failure },
    }),
  );
  expect(text).toContain('create a running');
  expect(text).toContain('a create of noon was refused:');
  expect(text).toContain('differs in cluster.k8sVersion');
});

it('the outcome of an adopting create says that the cluster existed and has no time to live', () => {
  const adopted = { outcome: 'running', clusterID: 'cce-1', adopted: true, steps: [] } as const;
  expect(outcomeLines({ ...adopted, steps: [] }).join('\n')).toMatch(/existed already.*no time to live/);
  expect(outcomeLines({ ...adopted, adopted: false, steps: [] }).join('\n')).not.toContain('existed');
});

it('an absent cluster that our records have is told apart', () => {
  const absent = { outcome: 'absent', clusterID: 'cce-1', steps: [] } as const;
  expect(outcomeLines({ ...absent, steps: [], isOnRecord: true }).join('\n')).toMatch(/another account or region/);
  expect(outcomeLines({ ...absent, steps: [] })).toEqual([]);
});

it('an outcome says that what is left has no time to live any more', () => {
  const lines = (more: object) =>
    outcomeLines({ outcome: 'failed', steps: [], cleanup: { status: 'kept', clusterIDs: ['cce-1'], ...more } }).join(
      '\n',
    );
  expect(lines({ withoutLease: true })).toMatch(/kept cce-1\n.*no time to live any more/);
  expect(lines({})).not.toContain('time to live');
});

it('an outcome says why a clean-up keeps a cluster', () => {
  const cleanup = { status: 'kept', clusterIDs: ['cce-1'], objection: 'its deletion protection is on' } as const;
  expect(outcomeLines({ outcome: 'cancelled', steps: [], cleanup: { ...cleanup, clusterIDs: ['cce-1'] } })).toEqual([
    '  clean-up kept cce-1: its deletion protection is on',
  ]);
});
