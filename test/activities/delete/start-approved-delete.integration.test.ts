import { randomUUID } from 'node:crypto';
import { Client, type WorkflowClient } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { expect, it } from 'vitest';
import { startApprovedDelete, type ApprovedDelete } from '../../../activities/delete/start-approved-delete.ts';
import { createOrchestrator, loadDataConverter } from '../../../client/index.ts';
import type { StartedChange } from '../../../contract/approval.ts';
import type { Stage } from '../../../contract/current-step.ts';
import { createWorkflowID } from '../../../contract/identity.ts';
import { startOperation } from '../../../temporal/executions/start-operation.ts';
import { useConnections } from '../../connections.ts';
import { readExample } from '../../examples.ts';

const connections = useConnections();
const clusterID = 'cce-12345678';
/** No create that these tests start began later. */
const since = '2100-01-01T00:00:00.000Z';
const asker = { requestedBy: 'alice', approvedBy: 'bob', approval: 'run-1' };

function setUp() {
  const client = new Client({ connection: connections().connection, dataConverter: loadDataConverter() });
  const scope = { account: `test-${randomUUID().slice(0, 8)}`, region: 'bj' };
  const end = ({ workflowID, runID }: { workflowID: string; runID: string }) =>
    client.workflow.getHandle(workflowID, runID).terminate();
  /** Starts it while the creates are at this stage: no worker answers for them. */
  const start = (
    input: Omit<ApprovedDelete, 'since'> & Partial<ApprovedDelete>,
    stage: Stage = 'provisioning',
    attempt = 1,
  ): Promise<StartedChange> => {
    const getHandle = (...args: Parameters<WorkflowClient['getHandle']>) =>
      withProperty(client.workflow.getHandle(...args), 'query', async () => ({ stage }));
    const answering = withProperty(client, 'workflow', withProperty(client.workflow, 'getHandle', getHandle));
    return new MockActivityEnvironment({ attempt }, { logger: new DefaultLogger('ERROR') }).run(
      startApprovedDelete(answering),
      { since, ...input },
    );
  };
  const startCreate = () =>
    startOperation(client, scope, {
      kind: 'create',
      workflowID: createWorkflowID(scope, 'ci-1'),
      input: { request: readExample('managed', 'ci-1') },
      memo: { clusterName: 'ci-1', clusterID },
    });
  const signalsOf = async ({ workflowID, runID }: { workflowID: string; runID: string }) => {
    const { events } = await client.workflow.getHandle(workflowID, runID).fetchHistory();
    return events?.flatMap(({ workflowExecutionSignaledEventAttributes: signal }) => signal?.signalName ?? []);
  };
  return { client, scope, start, end, startCreate, signalsOf };
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
  const { scope, start, end, startCreate, signalsOf } = setUp();
  const create = await startCreate();
  const change = { kind: 'delete', clusterID, clusterName: 'ci-1', options: { deleteResource: true } } as const;
  const { workflowID, runID } = create;
  expect(await start({ scope, change, asker })).toEqual({ kind: 'create', workflowID, runID });
  expect(await signalsOf(create)).toEqual(['cancel']);
  const later = await start({ scope, change: { ...change, clusterID: 'cce-87654321' }, asker });
  expect(later.kind).toBe('delete');
  await end(later);
  await end(create);
});

it.each([
  ['flags', { deleteResource: true }],
  ['a wait', { waitForRelease: true }],
])('an approved delete with %s is refused while the create cleans up without', async (_, options) => {
  const { scope, start, end, startCreate, signalsOf } = setUp();
  const create = await startCreate();
  const input = { scope, change: { kind: 'delete', clusterID, clusterName: 'ci-1', options }, asker } as const;
  const refusal = { type: 'OperationEnding', nonRetryable: true };
  await expect(start(input, 'cleaningUp')).rejects.toMatchObject(refusal);
  expect(await signalsOf(create)).toEqual([]);
  // An attempt before may have begun that clean-up, with the flags.
  expect(await start(input, 'cleaningUp', 2)).toMatchObject({ kind: 'create', runID: create.runID });
  const plain = { ...input, change: { ...input.change, options: {} } };
  expect(await start(plain, 'cleaningUp')).toMatchObject({ kind: 'create', runID: create.runID });
  await end(create);
});

it('an approved delete spares what somebody has asked for since the request', async () => {
  const { client, scope, start, end, startCreate, signalsOf } = setUp();
  const create = await startCreate();
  const { startTime } = await client.workflow.getHandle(create.workflowID, create.runID).describe();
  const change = { kind: 'delete', clusterID, clusterName: 'ci-1', options: {} } as const;
  const asked = (ms: number) => ({ scope, change, asker, since: new Date(startTime.getTime() + ms).toISOString() });
  await expect(start(asked(-1))).rejects.toMatchObject({ type: 'BegunSince', nonRetryable: true });
  expect(await signalsOf(create)).toEqual([]);
  expect(await start(asked(1))).toMatchObject({ kind: 'create', runID: create.runID });
  await end(create);
});

function withProperty<Value extends object>(value: Value, name: keyof Value, property: unknown): Value {
  return new Proxy(value, { get: (target, key) => (key === name ? property : (Reflect.get(target, key) as unknown)) });
}
