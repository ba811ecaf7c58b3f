import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { searchAttributeKeys } from '../../../contract/search-attributes.ts';
import { startOperation, type OperationToStart } from '../../../temporal/executions/start-operation.ts';

const scope = { account: 'test', region: 'bj' };
const operation: OperationToStart = {
  kind: 'delete',
  workflowID: 'cce:test:bj:delete:a',
  input: { target: { clusterName: 'a' } },
  memo: { clusterName: 'a' },
};

type Answer = { started: string } | 'alreadyStarted';
type Described = { runId: string; status: string; memo?: object } | 'unknown';

/** A client that answers starts and describes in the order of the script. */
function scriptedClient(answers: readonly Answer[], descriptions: readonly Described[] = []) {
  const starts: [type: string, options: object][] = [];
  const [answersLeft, descriptionsLeft] = [[...answers], [...descriptions]];
  const customAttributes = Object.fromEntries(Object.values(searchAttributeKeys).map(({ name }) => [name, 2]));
  const client = {
    options: { namespace: 'default' },
    connection: { operatorService: { listSearchAttributes: async () => ({ customAttributes }) } },
    workflow: {
      start: async (type: string, options: object) => {
        starts.push([type, options]);
        const answer = answersLeft.shift();
        if (answer === undefined) throw new Error('the script has no more starts');
        if (answer === 'alreadyStarted') {
          throw new WorkflowExecutionAlreadyStartedError('already started', operation.workflowID, type);
        }
        return { firstExecutionRunId: answer.started };
      },
      getHandle: (workflowID: string) => ({
        describe: async () => {
          const described = descriptionsLeft.shift();
          if (described === undefined) throw new Error('the script has no more descriptions');
          if (described === 'unknown') throw new WorkflowNotFoundError('not found', workflowID, undefined);
          const raw = { workflowExecutionInfo: { firstRunId: described.runId } };
          return { ...described, raw, status: { name: described.status }, startTime: new Date() };
        },
      }),
    },
  };
  return { client: client as unknown as Client, starts, left: () => answersLeft.length + descriptionsLeft.length };
}

describe('the start of an operation', () => {
  it('holds the workflow ID as the lock, and allows the ID again once the run has ended', async () => {
    const { client, starts } = scriptedClient([{ started: 'run-1' }]);
    expect(await startOperation(client, scope, operation)).toEqual({
      workflowID: operation.workflowID,
      runID: 'run-1',
      memo: operation.memo,
      attached: false,
    });
    expect(starts).toEqual([
      [
        'deleteCluster',
        {
          workflowId: operation.workflowID,
          taskQueue: 'cce-test-bj',
          args: [operation.input],
          memo: { ...operation.memo, tellsEnd: true },
          typedSearchAttributes: [
            { key: searchAttributeKeys.clusterName, value: 'a' },
            { key: searchAttributeKeys.stage, value: 'deleting' },
          ],
          workflowIdConflictPolicy: 'FAIL',
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        },
      ],
    ]);
  });

  it('of an item carries the name of its batch and the priority', async () => {
    const { client, starts } = scriptedClient([{ started: 'run-1' }]);
    const priority = { priorityKey: 4, fairnessKey: 'many' };
    await startOperation(client, scope, operation, { batch: 'many', priority });
    expect(starts[0]?.[1]).toMatchObject({
      priority,
      typedSearchAttributes: expect.arrayContaining([{ key: searchAttributeKeys.batch, value: 'many' }]) as object,
    });
  });

  it('attaches to the run that is under way, and returns the memo of that run', async () => {
    const memo = { clusterName: 'a', startedBy: 'somebody' };
    const { client } = scriptedClient(['alreadyStarted'], [{ runId: 'run-0', status: 'RUNNING', memo }]);
    expect(await startOperation(client, scope, operation)).toEqual({
      workflowID: operation.workflowID,
      runID: 'run-0',
      memo,
      attached: true,
    });
  });

  it.each<[string, Described]>([
    ['has ended', { runId: 'run-0', status: 'COMPLETED' }],
    ['is past its retention', 'unknown'],
  ])('starts anew where the run in its way %s in between', async (_, described) => {
    const { client, left } = scriptedClient(['alreadyStarted', { started: 'run-1' }], [described]);
    expect(await startOperation(client, scope, operation)).toMatchObject({ runID: 'run-1', attached: false });
    expect(left()).toBe(0);
  });

  it('makes the operation anew for each try, since the run in its way may have left something', async () => {
    const { client, starts } = scriptedClient(
      ['alreadyStarted', { started: 'run-1' }],
      [{ runId: 'run-0', status: 'TERMINATED' }],
    );
    let tries = 0;
    await startOperation(client, scope, async () => ({ ...operation, memo: { clusterName: `try-${++tries}` } }));
    expect(starts.map(([, options]) => options)).toMatchObject([
      { memo: { clusterName: 'try-1' } },
      { memo: { clusterName: 'try-2' } },
    ]);
  });

  it('passes on every other error', async () => {
    const { client } = scriptedClient([]);
    await expect(startOperation(client, scope, operation)).rejects.toThrow('the script has no more starts');
  });
});
