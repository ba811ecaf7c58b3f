import { expect, it } from 'vitest';
import { batchLine, batchText } from '../../cli/batch-output.ts';
import type { BatchStatus } from '../../client/index.ts';

const now = '2026-01-01T00:00:00Z';

function status(more: Partial<BatchStatus>, progress: Partial<BatchStatus['progress']> = {}): BatchStatus {
  const counts = { total: 2, waiting: 0, underWay: 1, succeeded: 1, failed: 0, cancelled: 0, attached: 0 };
  const slowest = [{ index: 0, workflowID: 'cce:a:bj:slow', runID: 'r', startedAt: now }];
  return {
    name: 'nightly',
    workflowID: 'cce:a:bj:batch:nightly',
    execution: 'running',
    startedAt: now,
    current: [],
    progress: { stage: 'running', ...counts, concurrency: 5, startedAt: now, slowest, failures: [], ...progress },
    ...more,
  };
}

const submitting = { stage: 'submitting', steps: [], updatedAt: now } as const;
const blockedBy = { reason: 'taskFails', message: 'no worker can run it' } as const;

it.each<[string, object, RegExp]>([
  ['which step it is at', { currentStep: submitting }, /slow .* submitting$/m],
  ['that nobody answers for it', {}, /slow .* no worker answers$/m],
  ['what holds it up', { blockedBy }, /slow .* no worker can run it$/m],
  ['both', { currentStep: submitting, blockedBy }, /slow .* submitting, no worker can run it$/m],
])('the view of a batch says of its slowest item %s', (_, more, says) => {
  expect(batchText(status({ current: [{ workflowID: 'cce:a:bj:slow', startedAt: now, ...more }] }))).toMatch(says);
});

it('a batch that starts nothing says why, and its view also when it tries again', () => {
  const waitsFor = { reason: 'keys', message: 'refused', since: 'noon', retryAt: 'one' } as const;
  expect(batchText(status({}, { waitsFor }))).toContain('waits for keys since noon: refused; tries again at one');
  expect(batchLine(status({}, { waitsFor }))).toMatch(/waits for keys: refused$/);
});
