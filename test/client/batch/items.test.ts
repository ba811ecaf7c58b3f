import { expect, it } from 'vitest';
import type { DeleteClusterOptions } from '../../../cce/cluster.ts';
import { deleteOptionsOf } from '../../../client/batch/items.ts';
import type { BatchItem } from '../../../contract/batch/item.ts';
import { createItem, deleteItem } from '../../batches.ts';

it('an approver sees every option that any delete of a batch has on', () => {
  const deletion = (options: DeleteClusterOptions): BatchItem => ({
    kind: 'delete',
    input: { target: { clusterName: 'ci-1' }, options },
  });
  const items = [
    createItem('ci-0'),
    deleteItem('ci-1'),
    deletion({ deleteResource: true, moveOut: false }),
    deletion({ deleteCDSSnapshot: true, deleteResource: false }),
  ];
  expect(deleteOptionsOf(items)).toEqual({ deleteResource: true, deleteCDSSnapshot: true });
});
