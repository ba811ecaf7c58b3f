import { describe, expect, it } from 'vitest';
import { followBatch } from '../../cli/follow-batch.ts';
import type { BatchOutcome, BatchStatus, Orchestrator } from '../../client/index.ts';

const options = { output: 'json', wait: true } as unknown as Parameters<typeof followBatch>[2];

/** Follows a batch that ends at once. */
function follow(outcome: Partial<BatchOutcome>, wanted?: BatchOutcome['outcome']) {
  const whole = { total: 3, succeeded: 2, failed: 0, cancelled: 0, slowest: [], failures: [], ...outcome };
  const ended = { name: 'a-batch', execution: 'completed', progress: whole, current: [], outcome: whole };
  const orchestrator = {
    batches: {
      async *watch() {
        yield ended as unknown as BatchStatus;
      },
    },
  } as unknown as Orchestrator;
  return followBatch(orchestrator, 'a-batch', options, wanted);
}

describe('the exit code of a batch', () => {
  it.each([
    ['whose items all succeeded', { outcome: 'completed' }, undefined, 0],
    ['with a failed item', { outcome: 'completed', failed: 1 }, undefined, 1],
    ['with an item that somebody cancelled', { outcome: 'completed', cancelled: 1 }, undefined, 1],
    ['that was rolled back', { outcome: 'rolledBack' }, undefined, 1],
    ['that was to be cancelled', { outcome: 'cancelled', cancelled: 1 }, 'cancelled', 0],
    ['that was to be cancelled, with a failed item', { outcome: 'cancelled', failed: 1 }, 'cancelled', 1],
  ] as const)('%s', async (_, outcome, wanted, exitCode) => {
    expect(await follow(outcome, wanted)).toMatchObject({ exitCode });
  });
});
