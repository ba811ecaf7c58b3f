import { expect, it } from 'vitest';
import { sameSearch } from '../../cli/commands/reconcile.ts';

it.each([
  [{ olderThan: 86_400 }, 'reconcile'],
  [{ olderThan: 86_400, deleteResource: true }, 'reconcile'],
  [{ olderThan: 90, delete: true }, 'reconcile --delete --older-than 90s'],
  [
    { olderThan: 3600, delete: true, deleteResource: true, deleteCdsSnapshot: true, moveOut: true },
    'reconcile --delete --older-than 3600s --delete-resource --delete-cds-snapshot --move-out',
  ],
])('the command that attaches to a search for orphans has its options: %j', (flags, command) => {
  expect(sameSearch(flags)).toBe(command);
});
