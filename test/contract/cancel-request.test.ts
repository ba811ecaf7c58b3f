import { expect, it } from 'vitest';
import { mergeCancels, type CancelRequest } from '../../contract/cancel-request.ts';

const deletion = { deleteOptions: { moveOut: true }, waitForRelease: true };

it.each<[what: string, first: CancelRequest | undefined, next: unknown, merged: CancelRequest]>([
  ['a deletion keeps its options and its wait', undefined, deletion, { cleanup: 'delete', ...deletion }],
  [
    'a deletion adds its options and its wait to a cancel',
    { cleanup: 'keep' },
    deletion,
    { cleanup: 'delete', ...deletion },
  ],
  [
    'a second deletion changes nothing',
    { cleanup: 'delete', deleteOptions: {} },
    deletion,
    { cleanup: 'delete', deleteOptions: {} },
  ],
  ['a cancel without a deletion waits for nothing', undefined, {}, { cleanup: 'delete' }],
  [
    'a malformed wait counts as none',
    undefined,
    { deleteOptions: {}, waitForRelease: 'yes' },
    { cleanup: 'delete', deleteOptions: {} },
  ],
])('%s', (_, first, next, merged) => {
  expect(mergeCancels(first, next)).toEqual(merged);
});
