import { expect, it } from 'vitest';
import { deleteOptionsOf, type DeleteFlags } from '../../cli/delete-flags.ts';

it.each<[asked: DeleteFlags, options: object]>([
  // An explicit `moveOut: false` would take machines along that were there before the cluster.
  [{}, {}],
  [{ deleteResource: true }, { deleteResource: true }],
  [{ deleteCdsSnapshot: true }, { deleteCDSSnapshot: true }],
  [
    { moveOut: true, deleteResource: true },
    { moveOut: true, deleteResource: true },
  ],
])('of %j the service is asked for no more than that', (asked, options) => {
  expect(deleteOptionsOf(asked)).toEqual(options);
});
