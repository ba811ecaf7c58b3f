import { describe, expect, it } from 'vitest';
import type { Batch, RunRecord } from './explore-run.ts';
import { batchesObey } from './oracle-batches.ts';
import { batchName } from './people-actions.ts';
import type { ServiceCluster } from './service-log.ts';

const minuteMs = 60_000;
const at = (minutes: number) => new Date(minutes * minuteMs).toISOString();

const batch: Batch = { name: batchName, runID: 'batch-1', policy: 'continue', concurrency: 1 };

/** An item of the batch, whose cluster has its number and begins to run when it ends. */
function item(number: number, from: number, to: number, changes: object = {}): RunRecord['operations'][number] {
  return {
    kind: 'create',
    runID: `create-${number}`,
    clusterID: `cce-${number}`,
    startedBy: 'upload/batch-1/0',
    startedAt: at(from),
    closedAt: at(to),
    outcome: { outcome: 'running', clusterID: `cce-${number}` },
    ...changes,
  } as never;
}

const runningSince = (number: number, minutes: number) =>
  ({ clusterID: `cce-${number}`, runsSinceMs: minutes * minuteMs }) as ServiceCluster;

const accepted = (message: string, minutes: number): RunRecord['asked'][number] =>
  ({ message, atMs: minutes * minuteMs, answeredAtMs: minutes * minuteMs, answer: 'accepted', names: [] }) as never;

function judged(changes: Partial<RunRecord>): string {
  const record = { wishes: { timeoutSeconds: 900 }, asked: [], clusters: [], operations: [], batches: [batch] };
  return batchesObey({ ...record, ...changes } as unknown as RunRecord).join('\n');
}

describe('the concurrency of a batch', () => {
  it('holds for items that follow each other, and for those of other batches', () => {
    const other = item(3, 0, 9, { startedBy: 'upload/batch-2/0' });
    expect(judged({ operations: [item(1, 0, 5), item(2, 5, 9), other, item(4, 0, 9, { startedBy: undefined })] })).toBe(
      '',
    );
  });

  it('does not hold for items that begin while others are under way', () => {
    expect(judged({ operations: [item(1, 0, 5), item(2, 4, 9)] })).toContain('more than 1 items under way');
  });

  it('no longer counts an item that has not ended an hour after its time limit of 15 minutes', () => {
    expect(judged({ operations: [item(1, 0, 99), item(2, 76, 99)] })).toBe('');
    expect(judged({ operations: [item(1, 0, 99), item(2, 74, 99)] })).toContain('more than 1');
  });

  it('does not count what somebody else relies on while the batch rolls back', () => {
    const operations = [item(1, 0, 9), item(2, 4, 9, { kind: 'delete' })];
    expect(judged({ operations })).toContain('more than 1');
    const claim = { ...accepted('create', 2), run: { workflowID: 'w', runID: 'create-1' } };
    expect(judged({ operations, asked: [claim] })).toBe('');
    expect(judged({ operations: [item(1, 0, 9), item(2, 4, 9)], asked: [claim] })).toContain('more than 1');
  });

  it('may be raised', () => {
    const operations = [item(1, 0, 5), item(2, 4, 9)];
    expect(judged({ operations, asked: [accepted('rescaleBatch', 3)] })).toBe('');
    expect(judged({ operations, asked: [accepted('rescaleBatch', 6)] })).toContain('more than 1');
  });

  it('lets the next item begin once a cluster with a time to live runs', () => {
    const leased = { wishes: { timeoutSeconds: 900, ttlSeconds: 7_200 }, operations: [item(1, 0, 99), item(2, 4, 99)] };
    expect(judged({ ...leased, clusters: [runningSince(1, 3)] })).toBe('');
    expect(judged({ ...leased, clusters: [runningSince(1, 5)] })).toContain('more than 1');
  });
});

describe('the cancel of a batch', () => {
  const asked = [accepted('cancelBatch', 1)];

  it('has taken effect if what was under way came to no cluster, or was soon done', () => {
    const cancelled = item(1, 0, 30, { outcome: { outcome: 'cancelled', clusterID: 'cce-1' } });
    expect(judged({ asked, operations: [cancelled] })).toBe('');
    expect(judged({ asked, operations: [item(1, 0, 3)], clusters: [runningSince(1, 3)] })).toBe('');
  });

  it('has taken no effect if a cluster begins to run long after it', () => {
    const goesOn = { operations: [item(1, 0, 30)], clusters: [runningSince(1, 30)] };
    expect(judged({ ...goesOn, asked })).toContain('went on although');
    const claim = { ...accepted('create', 0), run: { workflowID: 'w', runID: 'create-1' } };
    expect(judged({ ...goesOn, asked: [...asked, claim] })).toBe('');
    expect(judged({ ...goesOn, asked: [{ ...asked[0]!, answer: 'BatchNotFoundError' }] })).toBe('');
  });

  it('has taken no effect if items begin long after it', () => {
    expect(judged({ asked, operations: [item(1, 30, 31)] })).toContain('although it was cancelled');
  });
});
