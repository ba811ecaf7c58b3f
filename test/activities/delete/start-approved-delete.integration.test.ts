import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import { expect, it } from 'vitest';
import { startApprovedDelete } from '../../../activities/delete/start-approved-delete.ts';
import { createOrchestrator, loadDataConverter } from '../../../client/index.ts';
import { createWorkflowID } from '../../../contract/identity.ts';
import { startOperation } from '../../../temporal/executions/start-operation.ts';
import { useConnections } from '../../connections.ts';
import { readExample } from '../../examples.ts';

const connections = useConnections();
const clusterID = 'cce-12345678';
const asker = { requestedBy: 'alice', approvedBy: 'bob', approval: 'run-1' };

function setUp() {
  const client = new Client({ connection: connections().connection, dataConverter: loadDataConverter() });
  const scope = { account: `test-${randomUUID().slice(0, 8)}`, region: 'bj' };
  const end = ({ workflowID, runID }: { workflowID: string; runID: string }) =>
    client.workflow.getHandle(workflowID, runID).terminate();
  return { client, scope, start: startApprovedDelete(client), end };
}

it('an approved delete is started once, however often the attempt is repeated', async () => {
  const { client, scope, start, end } = setUp();
  const input = { scope, change: { kind: 'delete', clusterID, clusterName: 'ci-1', options: {} }, asker } as const;
  const first = await start(input);
  expect(first).toMatchObject({ kind: 'delete', workflowID: `cce:${scope.account}:bj:delete:${clusterID}` });
  // The answer of the first attempt was lost.
  expect(await start(input)).toEqual(first);
  const { memo } = await client.workflow.getHandle(first.workflowID, first.runID).describe();
  expect(memo).toMatchObject({ clusterID, clusterName: 'ci-1', ...asker });
  await end(first);
  expect(await start(input)).toEqual(first);
  const other = await start({ ...input, asker: { ...asker, approval: 'run-2' } });
  expect(other.runID).not.toBe(first.runID);
  await end(other);
});

it('an approved delete attaches to another one, unless that leaves more behind', async () => {
  const { client, scope, start, end } = setUp();
  const { workflowID, runID } = await createOrchestrator({ client, ...scope }).delete(clusterID);
  const change = { kind: 'delete', clusterID, options: {} } as const;
  expect(await start({ scope, change, asker })).toEqual({ kind: 'delete', workflowID, runID });
  const more = { ...change, options: { deleteResource: true } };
  await expect(start({ scope, change: more, asker })).rejects.toMatchObject({
    type: 'OptionsConflict',
    nonRetryable: true,
  });
  await end({ workflowID, runID });
});

it('an approved delete cancels the create that has the cluster, and leaves a later one of the name alone', async () => {
  const { client, scope, start, end } = setUp();
  const create = await startOperation(client, scope, {
    kind: 'create',
    workflowID: createWorkflowID(scope, 'ci-1'),
    input: { request: readExample('managed', 'ci-1') },
    memo: { clusterName: 'ci-1', clusterID },
  });
  const change = { kind: 'delete', clusterID, clusterName: 'ci-1', options: { deleteResource: true } } as const;
  const { workflowID, runID } = create;
  expect(await start({ scope, change, asker })).toEqual({ kind: 'create', workflowID, runID });
  const { events } = await client.workflow.getHandle(workflowID, runID).fetchHistory();
  const signals = events?.flatMap(({ workflowExecutionSignaledEventAttributes: signal }) => signal?.signalName ?? []);
  expect(signals).toEqual(['cancel']);
  const later = await start({ scope, change: { ...change, clusterID: 'cce-87654321' }, asker });
  expect(later.kind).toBe('delete');
  await end(later);
  await end(create);
});
