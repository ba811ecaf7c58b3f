import { expect, it } from 'vitest';
import { packItems, unpackItems } from '../../../contract/batch/packed-items.ts';
import type { UnderWay } from '../../../contract/batch/reports.ts';
import { createWorkflowID, deleteWorkflowID } from '../../../contract/identity.ts';

const scope = { account: 'an-account', region: 'bj' };
const underWay: UnderWay = {
  index: 7,
  kind: 'create',
  workflowID: createWorkflowID(scope, 'a-name'),
  runID: 'a-run',
  startedAtMs: 1_790_000_000_000,
  limitSeconds: 7200,
};

it.each<[string, UnderWay]>([
  ['a create', underWay],
  ['a create with a lease', { ...underWay, hasLease: true }],
  ['one that was attached to', { ...underWay, hasLease: true, attached: true }],
  ['a delete', { ...underWay, kind: 'delete', workflowID: deleteWorkflowID(scope, 'cce-12345678') }],
  [
    'a delete by a name like that of a mark',
    { ...underWay, kind: 'delete', workflowID: 'cce:an-account:bj:delete:attached' },
  ],
  ['a delete that is the cancelled create', { ...underWay, kind: 'delete' }],
])('%s is the same after it was packed and sent', (_, item) => {
  const sent = JSON.parse(JSON.stringify(packItems([item], scope))) as ReturnType<typeof packItems>;
  expect(unpackItems(sent, scope)).toEqual([item]);
});
