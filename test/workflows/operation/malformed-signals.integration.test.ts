import { describe, expect, it } from 'vitest';
import type { WorkflowHandle } from '@temporalio/client';
import { stepsOfCreation } from '../cloud-script.ts';
import { createCluster } from '../time-skipping.ts';

/** Signals without the types of the definitions: anybody can send one. */
const send =
  (name: string, ...args: unknown[]) =>
  (workflow: WorkflowHandle) =>
    workflow.signal(name, ...args);

describe('a malformed cancel signal still cancels', () => {
  it.each<[string, unknown[]]>([
    ['nothing', []],
    ['null', [null]],
    ['a text', ['stop']],
    ['a number', [5]],
    ['fields of other types', [{ reason: 5, cleanup: 'later' }]],
  ])('with %s', async (_, args) => {
    const { outcome, execution, cloud } = await createCluster({ moments: { 'step 1': send('cancel', ...args) } });
    expect(execution).toBe('completed');
    expect(outcome).toMatchObject({
      outcome: 'cancelled',
      cleanup: { status: 'deleted', clusterIDs: ['cce-made-1'] },
    });
    expect(outcome.cancelReason).toBeUndefined();
    expect(cloud.left()).toEqual([]);
  });
});

describe('a malformed lease extension changes nothing', () => {
  const malformed: [string, unknown[]][] = [
    ['nothing', []],
    ['null', [null]],
    ['another field', [{ ttl: 5 }]],
    ['a text', [{ ttlSeconds: '5' }]],
    ['a time before now', [{ ttlSeconds: -5 }]],
  ];

  it.each(malformed)('with %s, for a create with a time to live', async (_, args) => {
    const ttlSeconds = 86_400;
    let startedAt = Number.NaN;
    const { outcome, execution, currentStep, cloud } = await createCluster(
      {
        moments: {
          'step 1': send('extendLease', ...args),
          end: async (workflow) => {
            startedAt = (await workflow.describe()).startTime.getTime();
          },
        },
      },
      { ttlSeconds },
    );
    expect(execution).toBe('completed');
    expect(outcome.outcome).toBe('expired');
    expect(Date.parse(currentStep.expiresAt!) - startedAt).toBeGreaterThanOrEqual(ttlSeconds * 1000);
    expect(cloud.left()).toEqual([]);
  });

  it('for a create without a time to live', async () => {
    const { outcome, currentStep, cloud } = await createCluster({ moments: { 'step 1': send('extendLease') } });
    expect(outcome.outcome).toBe('running');
    expect(currentStep.expiresAt).toBeUndefined();
    expect(cloud.left()).toEqual(['cce-made-1']);
  });
});

describe('a malformed step change is ignored', () => {
  it.each<[string, unknown[]]>([
    ['nothing', []],
    ['null', [null]],
    ['no fields', [{}]],
    ['a text', ['text']],
    ['a number', [5]],
    ['steps that are not objects', [{ clusterID: 'cce-made-1', goal: 'running', phase: 'x', steps: [null] }]],
    ['no steps', [{ clusterID: 'cce-made-1', goal: 'running', phase: 'running' }]],
    ['steps that are not a list', [{ clusterID: 'cce-made-1', goal: 'running', phase: 'running', steps: 'all' }]],
  ])('with %s', async (_, args) => {
    const { outcome, execution, cloud } = await createCluster({ moments: { 'step 1': send('stepChanged', ...args) } });
    expect(execution).toBe('completed');
    expect(outcome).toMatchObject({
      outcome: 'running',
      clusterID: 'cce-made-1',
      steps: stepsOfCreation('running'),
    });
    expect(cloud.left()).toEqual(['cce-made-1']);
  });
});
