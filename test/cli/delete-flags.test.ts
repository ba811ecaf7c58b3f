import { expect, it } from 'vitest';
import { deleteOptionsOf, type DeleteFlags } from '../../cli/delete-flags.ts';

it.each<[asked: DeleteFlags, options: object]>([
  // An explicit `moveOut: false` would delete machines that existed before the cluster.
  [{}, {}],
  [{ deleteResource: true }, { deleteResource: true }],
  [{ deleteCdsSnapshot: true }, { deleteCDSSnapshot: true }],
  [
    { moveOut: true, deleteResource: true },
    { moveOut: true, deleteResource: true },
  ],
])('the flags %j set only the options that the user asked for', (asked, options) => {
  expect(deleteOptionsOf(asked)).toEqual(options);
});
