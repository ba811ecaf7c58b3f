import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  activityTaskQueue,
  labelPattern,
  mutateTaskQueue,
  poolTaskQueue,
  regionPattern,
  taskQueue,
  watchTaskQueue,
  workflowTaskQueue,
} from '../../contract/identity.ts';
import { placed, turnOfBatch } from '../../contract/placed.ts';

const label = fc.stringMatching(labelPattern);
const region = fc.stringMatching(/^[A-Za-z0-9._]{1,64}$/).filter((text) => regionPattern.test(text));
const scope = fc.record({ account: label, region });
const queuesOf = (own: string) => [own, watchTaskQueue(own), mutateTaskQueue(own), `${own}-requests`];

describe('the task queue of a pool', () => {
  it('is none of an account and region', () => {
    fc.assert(
      fc.property(label, scope, (pool, of) => {
        expect(queuesOf(taskQueue(of))).not.toContain(poolTaskQueue(pool));
      }),
    );
  });

  it('is where workflows are started, if the account is in a pool', () => {
    expect(workflowTaskQueue({ account: 'a', region: 'bj', pool: 'all' })).toBe('cce.all');
    expect(workflowTaskQueue({ account: 'a', region: 'bj' })).toBe('cce-a-bj');
  });
});

describe('the task queue for the activities of a workflow', () => {
  it('is that of its account and region, also in a pool', () => {
    fc.assert(
      fc.property(label, scope, (pool, of) => {
        const workflowId = `cce:${of.account}:${of.region}:batch:b:c`;
        expect(activityTaskQueue({ workflowId, taskQueue: poolTaskQueue(pool) })).toBe(taskQueue(of));
      }),
    );
  });

  it('is that of the workflow outside of a pool, whatever its ID', () => {
    expect(activityTaskQueue({ workflowId: 'any', taskQueue: 'cce-a-bj' })).toBe('cce-a-bj');
  });

  it('is unknown in a pool for a workflow that is not ours', () => {
    const foreign = { workflowId: 'any', taskQueue: 'cce.all' };
    expect(() => activityTaskQueue(foreign)).toThrow('the workflow ID any names no account and region');
  });
});

describe('in a pool', () => {
  const [first, second] = ['a', 'b'].map((account) => ({ account, region: 'bj', pool: 'all' })) as [Of, Of];

  it('accounts take turns, and so do their batches, also those of one name', () => {
    const turns = [
      placed(first).priority?.fairnessKey,
      placed(second).priority?.fairnessKey,
      turnOfBatch(first, 'nightly'),
      turnOfBatch(first, 'weekly'),
      turnOfBatch(second, 'nightly'),
    ];
    expect(new Set(turns).size).toBe(5);
    for (const turn of turns) expect(turn).toMatch(/^[0-9a-f]{16,64}$/);
  });

  it('and only there', () => {
    expect(placed({ account: 'a', region: 'bj' })).toEqual({ taskQueue: 'cce-a-bj' });
    expect(turnOfBatch({ account: 'a', region: 'bj' }, 'nightly')).toBe('nightly');
  });
});

interface Of {
  account: string;
  region: string;
  pool: string;
}
