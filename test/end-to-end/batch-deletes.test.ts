import { describe, expect, it } from 'vitest';
import { createItem, deleteItem, useBatchService } from '../batches.ts';
import { readExample } from '../examples.ts';
import { ended, reached } from '../orchestration.ts';

const { orchestrator, start, outcome, results, createAlone, names, clusters } = useBatchService(
  ['--create-seconds', '0', '--delete-seconds', '0'],
  [{ kind: 'stuck-step', step: 3, name: 'stuck-*' }],
);

describe.concurrent('the deletes of a batch', () => {
  it('go along with its creates', async () => {
    await createAlone('mixed-old');
    await start('mixed', [createItem('mixed-new'), deleteItem('mixed-old'), deleteItem('mixed-absent')]);
    expect(await outcome('mixed')).toMatchObject({ outcome: 'completed', succeeded: 3 });
    expect(await results('mixed')).toEqual(['running', 'deleted', 'absent']);
    expect(await names('mixed-')).toEqual(['mixed-new']);
  });

  it.each([
    ['by its name', async (clusterName: string) => deleteItem(clusterName)],
    [
      'by its ID',
      async (clusterName: string) => {
        const [cluster] = await clusters(clusterName);
        return { kind: 'delete', input: { target: { clusterID: cluster!.clusterID } }, clusterName } as const;
      },
    ],
  ])('cancel the create that is under way, %s', async (how, itemFor) => {
    const clusterName = `stuck-${how.replaceAll(' ', '-')}`;
    const other = await orchestrator().create(readExample('custom', clusterName));
    await reached(orchestrator(), other, ({ currentStep }) => currentStep?.clusterID !== undefined);
    await start(clusterName, [await itemFor(clusterName)]);
    expect(await outcome(clusterName)).toMatchObject({ outcome: 'completed', succeeded: 1, failed: 0 });
    expect((await ended(orchestrator(), other)).outcome).toMatchObject({ outcome: 'cancelled' });
    expect(await names(clusterName)).toEqual([]);
    expect(await results(clusterName)).toEqual(['deleted']);
  });

  it('of a lease end it', async () => {
    await start('lease', [createItem('lease-0', { ttlSeconds: 3_600 })]);
    await outcome('lease');
    await start('lease-gone', [deleteItem('lease-0')]);
    expect(await outcome('lease-gone')).toMatchObject({ outcome: 'completed', succeeded: 1 });
    expect(await names('lease-')).toEqual([]);
    expect(await results('lease-gone')).toEqual(['deleted']);
  });
});
