import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import { expect, it } from 'vitest';
import { prepareChange } from '../../client/approvals/change-to-approve.ts';
import { createWorkflowID, deleteWorkflowID } from '../../contract/identity.ts';
import { startOperation, type OperationToStart } from '../../temporal/executions/start-operation.ts';
import { useConnections } from '../connections.ts';
import { readExample } from '../examples.ts';

const connections = useConnections();
const clusterID = 'cce-12345678';
const clusterName = 'ci-1';

it.each([
  [
    'the ID that its create knows, although a delete by name ended before it knew any',
    { clusterID },
    { clusterID, clusterName },
  ],
  ['nothing, if nobody knows an ID', {}, { refused: 'OperationNotFoundError' }],
])('an approver of a delete by name is shown %s', async (_, known, expected) => {
  const client = new Client({ connection: connections().connection });
  const scope = { account: `test-${randomUUID().slice(0, 8)}`, region: 'bj' };
  const endedAt = async (operation: OperationToStart) => {
    const { workflowID, runID } = await startOperation(client, scope, operation);
    await client.workflow.getHandle(workflowID, runID).terminate();
  };
  await endedAt({
    kind: 'create',
    workflowID: createWorkflowID(scope, clusterName),
    input: { request: readExample('managed', clusterName) },
    memo: { clusterName, ...known },
  });
  await endedAt({
    kind: 'delete',
    workflowID: deleteWorkflowID(scope, clusterName),
    input: { target: { clusterName } },
    memo: { clusterName },
  });
  const asked = { kind: 'delete', nameOrID: clusterName, options: {} } as const;
  const change = await prepareChange(client, scope, asked).catch(({ name }: Error) => ({ refused: name }));
  expect(change).toMatchObject(expected);
});
