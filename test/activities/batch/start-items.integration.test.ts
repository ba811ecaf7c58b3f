import { randomUUID } from 'node:crypto';
import { Client, Connection, type WorkflowClient } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { startItems } from '../../../activities/batch/start-items.ts';
import type { CreateClusterInput } from '../../../contract/create.ts';
import { deleteItemOf, type BatchItem } from '../../../contract/batch/item.ts';
import type { BatchActivities, StartItemsInput } from '../../../contract/batch/activities.ts';
import type { BatchUpload } from '../../../contract/batch/upload.ts';
import {
  batchPageWorkflowID,
  batchWorkflowID,
  createWorkflowID,
  deleteWorkflowID,
  taskQueue,
} from '../../../contract/identity.ts';
import { memoOfCreate, type Asker, type OperationMemo } from '../../../contract/operation-memo.ts';
import { createItem } from '../../batches.ts';
import { useConnections } from '../../connections.ts';
import { readExample } from '../../examples.ts';
import { waiting } from '../../waiting.ts';

type Answer = Awaited<ReturnType<BatchActivities['startItems']>>;

/** No worker serves the creates: they stay as they were started. */
describe.concurrent('a start of items', () => {
  const scope = { account: `test-${randomUUID().slice(0, 8)}`, region: 'bj' };
  const pageQueue = `pages-${scope.account}`;
  const connections = useConnections();
  let client: Client;
  let pages: Worker;
  let served: Promise<void>;

  beforeAll(async () => {
    const { connection, nativeConnection } = connections();
    client = new Client({ connection });
    const workflowBundle = { codePath: inject('workflowBundlePath') };
    pages = await Worker.create({
      connection: nativeConnection,
      taskQueue: pageQueue,
      workflowBundle,
      debugMode: true,
    });
    served = pages.run();
  });

  afterAll(async () => {
    const left = client.workflow.list({ query: `TaskQueue = '${taskQueue(scope)}' AND ExecutionStatus = 'Running'` });
    for await (const { workflowId } of left) await handleOf(workflowId).terminate();
    pages.shutdown();
    await served;
  });

  const handleOf = (workflowID: string) => client.workflow.getHandle(workflowID);
  const createOf = (clusterName: string) => handleOf(createWorkflowID(scope, clusterName));

  async function upload(name: string, items: readonly BatchItem[]): Promise<BatchUpload> {
    const uploaded = { ...scope, name, uploadID: randomUUID(), items: items.length, itemsPerPage: 200 };
    const workflowId = batchPageWorkflowID(uploaded, 0);
    await client.workflow.start('batchPage', { workflowId, taskQueue: pageQueue, args: [{ items }] });
    return uploaded;
  }

  function run(
    input: BatchUpload,
    more: Partial<StartItemsInput> = {},
    attempt: number | { attempt: number; scheduledTimestampMs: number } = 1,
    by: Client = client,
  ): Promise<Answer> {
    const indices = Array.from({ length: input.items }, (_, index) => index);
    const startedBy = `${input.uploadID}/a-run/0`;
    const environment = new MockActivityEnvironment(typeof attempt === 'number' ? { attempt } : attempt, {
      logger: new DefaultLogger('ERROR'),
    });
    return environment.run(startItems(by), {
      upload: input,
      startedBy,
      indices,
      rollback: false,
      ...more,
    }) as Promise<Answer>;
  }

  /** The client of a worker that dies after a number of starts. */
  function dyingClient(starts: number): Client {
    let left = starts;
    const start = async (...args: Parameters<WorkflowClient['start']>) => {
      if (left-- <= 0) throw new Error('the worker is gone');
      return client.workflow.start(...args);
    };
    return withProperty(client, 'workflow', withProperty(client.workflow, 'start', start));
  }

  const runIDs = ({ started }: Answer) => started.map(({ runID }) => runID);

  it('that is repeated after its worker died starts the rest, and recognises its own creates', async () => {
    const clusterNames = Array.from({ length: 12 }, (_, index) => `killed-${index}`);
    const batch = await upload(
      'killed',
      clusterNames.map((name) => createItem(name)),
    );
    await expect(run(batch, {}, 1, dyingClient(5))).rejects.toThrow('the worker is gone');
    const before = await Promise.all(
      clusterNames.map((name) =>
        createOf(name)
          .describe()
          .then(
            ({ runId }) => runId,
            () => undefined,
          ),
      ),
    );
    const alive = before.filter((runID) => runID !== undefined);
    expect(alive).toHaveLength(5);
    // One of them has ended meanwhile.
    const endedAt = before.indexOf(alive[0]);
    await createOf(clusterNames[endedAt]!).terminate();

    const answer = await run(batch, {}, 2);
    expect(answer.refused).toEqual([]);
    expect(answer.started.map(({ index }) => index)).toEqual(clusterNames.map((_, index) => index));
    expect(answer.started.filter(({ attached }) => attached === true)).toEqual([]);
    expect(runIDs(answer).filter((runID) => alive.includes(runID))).toEqual(alive);
    // A third attempt, as after a lost answer.
    expect(await run(batch, {}, 3)).toEqual(answer);
  });

  it('that is repeated while it is in progress does not count as a start by somebody else', async () => {
    const batch = await upload('late', [createItem('late-0')]);
    const [late, repeated] = await Promise.all([run(batch), run(batch, {}, 2)]);
    expect(repeated).toEqual(late);
    expect(late.started).toMatchObject([{ index: 0 }]);
    expect(late.started[0]).not.toHaveProperty('attached');
  });

  it('keeps with each item who asked for the batch and approved it, but not who asked for another one of its name', async () => {
    const memoOf = async (item: BatchItem, name: string, asker: Asker, uploadID?: string) => {
      const batch = await upload(name, [item]);
      await client.workflow.start('clusterBatch', {
        workflowId: batchWorkflowID(scope, name),
        taskQueue: taskQueue(scope),
        memo: { upload: { ...batch, ...(uploadID !== undefined && { uploadID }) }, ...asker },
      });
      const { started } = await run(batch);
      return (await handleOf(started[0]!.workflowID).describe()).memo;
    };
    const target = { clusterID: 'cce-a5ced000', clusterName: 'asked-1' };
    expect(await memoOf(createItem('asked-0'), 'asked', { requestedBy: 'ci' })).toMatchObject({ requestedBy: 'ci' });
    const approved = { requestedBy: 'ops', approvedBy: 'bob' };
    expect(await memoOf(deleteItemOf(target, {}, {}), 'asked-delete', approved)).toMatchObject(approved);
    expect(await memoOf(createItem('asked-2'), 'asked-since', { requestedBy: 'ci' }, 'other')).not.toHaveProperty(
      'requestedBy',
    );
  });

  it('in a later round restarts what has ended, and follows what goes on', async () => {
    const batch = await upload('round', [createItem('round-0'), createItem('round-1')]);
    const first = await run(batch);
    await createOf('round-0').terminate();
    const second = await run(batch, { startedBy: `${batch.uploadID}/a-run/1` }, 2);
    expect(second.started).toMatchObject([{ index: 0 }, { index: 1, runID: first.started[1]!.runID }]);
    expect(second.started[0]!.runID).not.toBe(first.started[0]!.runID);
    expect(second.started.filter(({ attached }) => attached === true)).toEqual([]);
  });

  it('attaches to the create of somebody else, even if no worker can answer for it', async () => {
    const request = readExample('custom', 'theirs');
    const theirs = await client.workflow.start('createCluster', {
      workflowId: createWorkflowID(scope, 'theirs'),
      taskQueue: taskQueue(scope),
      memo: memoOfCreate({ request, ttlSeconds: 60 }),
    });
    const answer = await run(await upload('attach', [createItem('theirs', { timeoutSeconds: 100 })]));
    expect(answer.started).toEqual([
      {
        index: 0,
        kind: 'create',
        workflowID: theirs.workflowId,
        runID: theirs.firstExecutionRunId,
        attached: true,
        // Taken from the create that it is attached to, which does not end when its cluster runs.
        hasLease: true,
        // Its own time limit, and an hour for a clean-up.
        limitSeconds: 3_700,
      },
    ]);
  });

  it.each([
    ['cleans up', 'taken-0', { stage: 'cleaningUp' }],
    ['was cancelled while its request is under way', 'taken-1', { stage: 'submitting', isCancelled: true }],
  ])('refuses to attach to a create that %s', async (_, clusterName, answer) => {
    const request = readExample('custom', clusterName);
    const workflowId = createWorkflowID(scope, clusterName);
    await client.workflow.start('createCluster', {
      workflowId,
      taskQueue: taskQueue(scope),
      memo: memoOfCreate({ request }),
    });
    const getHandle = (...args: Parameters<WorkflowClient['getHandle']>) => {
      const handle = client.workflow.getHandle(...args);
      return args[0] === workflowId ? withProperty(handle, 'query', async () => answer) : handle;
    };
    const answering = withProperty(client, 'workflow', withProperty(client.workflow, 'getHandle', getHandle));
    const { started, refused } = await run(await upload(clusterName, [createItem(clusterName)]), {}, 1, answering);
    expect(started).toEqual([]);
    expect(refused).toMatchObject([{ index: 0, name: clusterName, failure: { type: 'OperationEnding' } }]);
  });

  it.each<[which: string, memo: OperationMemo, answer: object | undefined, asked: string[]]>([
    ['once whether it ends, if nobody claims it', {}, { stage: 'provisioning' }, ['query']],
    ['again after the claim', { startedBy: 'others/a-run/0' }, { stage: 'provisioning' }, ['query', 'query']],
    [
      'nothing more if no worker answers, since other items wait',
      { startedBy: 'others/a-run/0', leaseBegan: true },
      undefined,
      ['query'],
    ],
  ])('asks a create that it attaches to %s', async (_, memo, answer, asked) => {
    const clusterName = `asked-${randomUUID().slice(0, 8)}`;
    const workflowId = createWorkflowID(scope, clusterName);
    await client.workflow.start('createCluster', {
      workflowId,
      taskQueue: taskQueue(scope),
      memo: { ...memoOfCreate({ request: readExample('custom', clusterName) }), ...memo },
    });
    const calls: string[] = [];
    const reply = (call: string) => async () => {
      calls.push(call);
      if (answer === undefined) throw new Error('no worker');
      return answer;
    };
    const getHandle = (...args: Parameters<WorkflowClient['getHandle']>) => {
      const handle = client.workflow.getHandle(...args);
      if (args[0] !== workflowId) return handle;
      return withProperty(withProperty(handle, 'query', reply('query')), 'executeUpdate', reply('update'));
    };
    const answering = withProperty(client, 'workflow', withProperty(client.workflow, 'getHandle', getHandle));
    const { started } = await run(await upload(clusterName, [createItem(clusterName)]), {}, 1, answering);
    expect(started).toMatchObject([{ index: 0, attached: true }]);
    expect(calls).toEqual(asked);
  });

  it('refuses a delete with flags while the create cleans up without them, and attaches one without flags', async () => {
    const create = await createdAgain('flags-0');
    const getHandle = (...args: Parameters<WorkflowClient['getHandle']>) => {
      const handle = client.workflow.getHandle(...args);
      return args[0] === create.workflowId
        ? withProperty(handle, 'query', async () => ({ stage: 'cleaningUp' }))
        : handle;
    };
    const answering = withProperty(client, 'workflow', withProperty(client.workflow, 'getHandle', getHandle));
    const batch = await upload('flags', [
      { kind: 'delete', input: { target: { clusterName: 'flags-0' }, options: { deleteResource: true } } },
      deleteItem('flags-0'),
    ]);
    const { started, refused } = await run(batch, {}, 1, answering);
    expect(refused).toMatchObject([{ index: 0, failure: { type: 'OperationEnding' } }]);
    expect(started).toMatchObject([{ index: 1, workflowID: create.workflowId }]);
  });

  /** Somebody creates a cluster of a name that an earlier attempt of a batch's delete has dealt with. */
  async function createdAgain(clusterName: string) {
    const request = readExample('custom', clusterName);
    return client.workflow.start('createCluster', {
      workflowId: createWorkflowID(scope, clusterName),
      taskQueue: taskQueue(scope),
      memo: memoOfCreate({ request }),
    });
  }

  async function isCancelled({ workflowId }: { workflowId: string }): Promise<boolean> {
    const { events } = await handleOf(workflowId).fetchHistory();
    return (events ?? []).some(({ workflowExecutionSignaledEventAttributes: signal }) => signal);
  }

  const deleteItem = (clusterName: string): BatchItem => ({ kind: 'delete', input: { target: { clusterName } } });

  it('that is repeated after its delete has ended does not cancel a create that began since', async () => {
    const batch = await upload('again', [deleteItem('again-0')]);
    const first = await run(batch);
    await handleOf(first.started[0]!.workflowID).terminate();
    const theirs = await createdAgain('again-0');
    expect(await run(batch, {}, 2)).toEqual(first);
    expect(await isCancelled(theirs)).toBe(false);
  });

  it('that is repeated after it has cancelled a create does not cancel the next one', async () => {
    const cancelled = await createdAgain('twice-0');
    const batch = await upload('twice', [deleteItem('twice-0')]);
    const askedAtMs = Date.now();
    await expect(run(batch)).resolves.toMatchObject({ started: [{ workflowID: cancelled.workflowId }] });
    expect(await isCancelled(cancelled)).toBe(true);
    await cancelled.terminate();
    const theirs = await createdAgain('twice-0');
    const { started, refused } = await run(batch, {}, { attempt: 2, scheduledTimestampMs: askedAtMs });
    expect(started).toEqual([]);
    expect(refused).toMatchObject([{ index: 0, name: 'twice-0', failure: { type: 'BegunSince' } }]);
    expect(await isCancelled(theirs)).toBe(false);
  });

  it.each<[when: string, asked: (beforeMs: number) => { askedAtMs?: number; foundAt?: string }]>([
    ['its batch began', (beforeMs) => ({ askedAtMs: beforeMs })],
    [
      'a teardown found its cluster',
      (beforeMs) => ({ askedAtMs: Infinity, foundAt: new Date(beforeMs).toISOString() }),
    ],
  ])('that comes late does not cancel a create that began after %s', async (_, asked) => {
    const clusterName = `late-${randomUUID().slice(0, 8)}`;
    const { askedAtMs, foundAt } = asked(Date.now() - 60_000);
    const theirs = await createdAgain(clusterName);
    const item = { ...deleteItem(clusterName), ...(foundAt !== undefined && { foundAt }) } as BatchItem;
    const { started, refused } = await run(await upload(clusterName, [item]), {
      ...(askedAtMs !== undefined && { askedAtMs }),
    });
    expect(started).toEqual([]);
    expect(refused).toMatchObject([{ index: 0, failure: { type: 'BegunSince' } }]);
    expect(await isCancelled(theirs)).toBe(false);
  });

  it('that comes late spares a cluster that it knows by its ID only, and that a create has since', async () => {
    const clusterName = `late-${randomUUID().slice(0, 8)}`;
    const clusterID = `cce-${clusterName}`;
    const theirs = await client.workflow.start('createCluster', {
      workflowId: createWorkflowID(scope, clusterName),
      taskQueue: taskQueue(scope),
      memo: { ...memoOfCreate({ request: readExample('custom', clusterName) }), clusterID },
    });
    // The list may lag.
    const query = `WorkflowId = '${theirs.workflowId}'`;
    await vi.waitFor(async () => expect((await client.workflow.count(query)).count).toBe(1), waiting);
    const batch = await upload(clusterName, [{ kind: 'delete', input: { target: { clusterID } } }]);
    const { refused } = await run(batch, { askedAtMs: Date.now() - 60_000 });
    expect(refused).toMatchObject([{ index: 0, failure: { type: 'BegunSince' }, kept: true }]);
    expect(await isCancelled(theirs)).toBe(false);
  });

  it.each([
    ['provisioning', false],
    ['create_failed', true],
  ])(
    'of a teardown of failed clusters, while the create of one says %s, cancels that create: %s',
    async (phase, cancels) => {
      const clusterName = `phase-${randomUUID().slice(0, 8)}`;
      const theirs = await client.workflow.start('createCluster', {
        workflowId: createWorkflowID(scope, clusterName),
        taskQueue: taskQueue(scope),
        memo: { ...memoOfCreate({ request: readExample('custom', clusterName) }), clusterID: 'cce-failing' },
      });
      const getHandle = (...args: Parameters<WorkflowClient['getHandle']>) => {
        const handle = client.workflow.getHandle(...args);
        return args[0] === theirs.workflowId ? withProperty(handle, 'query', async () => ({ phase })) : handle;
      };
      const answering = withProperty(client, 'workflow', withProperty(client.workflow, 'getHandle', getHandle));
      const item = deleteItemOf({ clusterID: 'cce-failing', clusterName }, {}, { phases: ['create_failed'] });
      const { refused } = await run(await upload(clusterName, [item]), {}, 1, answering);
      expect(refused.map(({ failure }) => failure.type)).toEqual(cancels ? [] : ['OtherPhase']);
      expect(await isCancelled(theirs)).toBe(cancels);
    },
  );

  it('rolls back what a create has made, although somebody was refused another spec under its name since', async () => {
    const clusterName = `beside-${randomUUID().slice(0, 8)}`;
    const batch = await upload(clusterName, [createItem(clusterName)]);
    const ours = await client.workflow.start('createCluster', {
      workflowId: createWorkflowID(scope, clusterName),
      taskQueue: taskQueue(scope),
      memo: { startedBy: `${batch.uploadID}/a-run/0`, clusterID: 'cce-ours' },
    });
    await ours.terminate();
    await (await createdAgain(clusterName)).terminate();
    // The list of runs may lag.
    const query = `WorkflowId = '${ours.workflowId}' AND ExecutionStatus = 'Terminated'`;
    await vi.waitFor(async () => expect((await client.workflow.count(query)).count).toBe(2), waiting);
    const { started, refused } = await run(batch, { rollback: true });
    expect(refused).toEqual([]);
    expect(started).toMatchObject([{ index: 0, workflowID: deleteWorkflowID(scope, 'cce-ours') }]);
  });

  it.each<[asked: object, actual: object]>([
    [{ readiness: 'nodes' }, {}],
    [{}, { readiness: 'cluster' }],
    [{ readiness: 'nodes>=1' }, { readiness: 'nodes' }],
    [{ readiness: 'cluster' }, { readiness: 'nodes' }],
  ])('attaches an item with %j to a create with %j', async (asked, actual) => {
    const clusterName = `ready-${randomUUID().slice(0, 8)}`;
    const request = readExample('custom', clusterName);
    const theirs = await client.workflow.start('createCluster', {
      workflowId: createWorkflowID(scope, clusterName),
      taskQueue: taskQueue(scope),
      memo: memoOfCreate({ request, ...actual }),
    });
    const { started } = await run(await upload(clusterName, [createItem(clusterName, asked)]));
    expect(started).toMatchObject([{ runID: theirs.firstExecutionRunId, attached: true }]);
  });

  it('gives the creates of a client of before no readiness', async () => {
    const { started } = await run(await upload('no-readiness', [createItem('no-readiness-0')]));
    const { events } = await handleOf(started[0]!.workflowID).fetchHistory();
    const [input] = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
    expect(JSON.parse(Buffer.from(input!.data!).toString())).not.toHaveProperty('readiness');
    expect(started).toMatchObject([{ limitSeconds: 7_200 }]);
  });

  it.each<[asked: object, actual: object, unmet: string]>([
    [{ ttlSeconds: 60 }, {}, 'ttlSeconds is not set, not 60'],
    [{ ttlSeconds: 60 }, { ttlSeconds: 3_600 }, 'ttlSeconds is 3600, not 60'],
    [{ onFailure: 'keep' }, {}, 'onFailure is not set, not keep'],
    [{ readiness: 'nodes' }, { readiness: 'cluster' }, 'readiness is cluster, not nodes'],
    [{ readiness: 'nodes>=1' }, {}, 'readiness is cluster, not nodes>=1'],
  ])('refuses to attach an item with %j to a create with %j', async (asked, actual, unmet) => {
    const clusterName = `options-${randomUUID().slice(0, 8)}`;
    const request = readExample('custom', clusterName);
    const theirs = await client.workflow.start('createCluster', {
      workflowId: createWorkflowID(scope, clusterName),
      taskQueue: taskQueue(scope),
      memo: memoOfCreate({ request, ...actual }),
    });
    const { started, refused } = await run(await upload(clusterName, [createItem(clusterName, asked)]));
    expect(started).toEqual([]);
    expect(refused).toMatchObject([
      {
        failure: {
          type: 'OptionsConflict',
          message: `${theirs.workflowId} is in progress with other options: ${unmet}`,
        },
      },
    ]);
  });

  it('rolls back every cluster that a create has left', async () => {
    const batch = await upload('left', [createItem('left-0')]);
    const [create] = (await run(batch)).started;
    await handleOf(create!.workflowID).terminate();
    const outcome = { outcome: 'failed', cleanup: { status: 'incomplete', clusterIDs: ['cce-left-1', 'cce-left-2'] } };
    const getHandle = (...args: Parameters<WorkflowClient['getHandle']>) => {
      const handle = client.workflow.getHandle(...args);
      return args[0] === create!.workflowID ? withProperty(handle, 'result', async () => outcome) : handle;
    };
    const answering = withProperty(client, 'workflow', withProperty(client.workflow, 'getHandle', getHandle));
    const { started } = await run(batch, { rollback: true }, 1, answering);
    expect(started.map(({ index, workflowID }) => [index, workflowID])).toEqual(
      ['cce-left-1', 'cce-left-2'].map((clusterID) => [0, deleteWorkflowID(scope, clusterID)]),
    );
  });

  describe('that rolls back a create whose cluster others have asked for', () => {
    const claimedBefore = { type: 'ClaimedByOthers' };
    const incomplete = { outcome: 'cancelled', cleanup: { status: 'incomplete', clusterIDs: ['cce-claimed'] } };
    const kept = { outcome: 'cancelled', cleanup: { status: 'kept', clusterIDs: ['cce-claimed'] } };

    /** Rolls back a create that was claimed. It has ended if there is an outcome, or else answers queries with a step. */
    async function rollBack({ outcome, step, memo }: { outcome?: object; step?: object; memo?: OperationMemo }) {
      const clusterName = `claimed-${randomUUID().slice(0, 8)}`;
      const batch = await upload(clusterName, [createItem(clusterName)]);
      const create = await client.workflow.start('createCluster', {
        workflowId: createWorkflowID(scope, clusterName),
        taskQueue: taskQueue(scope),
        memo: { startedBy: `${batch.uploadID}/a-run/0`, claimed: true, ...memo },
      });
      if (outcome !== undefined) await create.terminate();
      const getHandle = (...args: Parameters<WorkflowClient['getHandle']>) => {
        const handle = client.workflow.getHandle(...args);
        if (args[0] !== create.workflowId) return handle;
        return withProperty(
          withProperty(handle, 'query', async () => step),
          'result',
          async () => outcome,
        );
      };
      const answering = withProperty(client, 'workflow', withProperty(client.workflow, 'getHandle', getHandle));
      return { create, ...(await run(batch, { rollback: true }, 1, answering)) };
    }

    it.each<[what: string, how: Parameters<typeof rollBack>[0]]>([
      ['goes on', { step: { stage: 'provisioning', isClaimed: true } }],
      ['has ended with the cluster', { outcome: { outcome: 'running', clusterID: 'cce-claimed' } }],
      ['kept it when it was cancelled', { outcome: kept, memo: { ended: 'cancelled' } }],
    ])('spares one that %s', async (_, how) => {
      const { started, refused } = await rollBack(how);
      expect(started).toEqual([]);
      expect(refused).toMatchObject([{ index: 0, failure: claimedBefore, kept: true }]);
    });

    it('waits for one that was cancelled before', async () => {
      const step = { stage: 'cleaningUp', isClaimed: true, isCancelled: true };
      const { create, started, refused } = await rollBack({ step });
      expect(refused).toEqual([]);
      expect(started).toMatchObject([{ index: 0, kind: 'delete', workflowID: create.workflowId }]);
    });

    it('deletes what one has left that was cancelled before', async () => {
      const { started, refused } = await rollBack({ outcome: incomplete, memo: { ended: 'cancelled' } });
      expect(refused).toEqual([]);
      expect(started).toMatchObject([{ index: 0, workflowID: deleteWorkflowID(scope, 'cce-claimed') }]);
    });
  });

  it.each([
    ['the clusterID of the last create', { clusterID: 'cce-of-create' }, { knownClusterID: 'cce-of-create' }],
    [
      'that the last create was terminated before its cluster was known',
      {},
      { unseenUntil: expect.stringMatching(/^20\d\d-/) as string },
    ],
  ])('tells a delete by name %s', async (_, memo, known) => {
    const clusterName = `recorded-${randomUUID().slice(0, 8)}`;
    const create = await client.workflow.start('createCluster', {
      workflowId: createWorkflowID(scope, clusterName),
      taskQueue: taskQueue(scope),
      memo: { ...memoOfCreate({ request: readExample('custom', clusterName) }), ...memo },
    });
    await create.terminate();
    const { started } = await run(await upload(clusterName, [deleteItem(clusterName)]));
    const { events } = await handleOf(started[0]!.workflowID).fetchHistory();
    const [input] = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
    expect(JSON.parse(Buffer.from(input!.data!).toString())).toEqual({
      target: { clusterName },
      onlyMarked: true,
      ...known,
    });
  });

  it('tells a create that the one before was terminated before its cluster was known', async () => {
    const clusterName = `terminated-${randomUUID().slice(0, 8)}`;
    const create = await client.workflow.start('createCluster', {
      workflowId: createWorkflowID(scope, clusterName),
      taskQueue: taskQueue(scope),
      memo: { ...memoOfCreate({ request: readExample('custom', clusterName) }) },
    });
    await create.terminate();
    const { started } = await run(await upload(clusterName, [createItem(clusterName)]));
    const { events } = await handleOf(started[0]!.workflowID).fetchHistory();
    const [input] = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
    const { unseenUntil } = JSON.parse(Buffer.from(input!.data!).toString()) as CreateClusterInput;
    const { closeTime } = await client.workflow.getHandle(create.workflowId, create.firstExecutionRunId).describe();
    expect(Date.parse(unseenUntil!) - closeTime!.getTime()).toBe(240_000);
  });

  it('attaches a delete to one under way, unless that leaves what the item wants to be deleted', async () => {
    const theirs = await run(await upload('gone-with', [deleteItem('gone-with-0')]));
    const batch = await upload('gone-without', [
      deleteItem('gone-with-0'),
      { kind: 'delete', input: { target: { clusterName: 'gone-with-0' }, options: { deleteResource: true } } },
    ]);
    const { started, refused } = await run(batch);
    expect(started).toMatchObject([{ index: 0, attached: true, runID: theirs.started[0]!.runID }]);
    expect(refused).toMatchObject([{ index: 1, failure: { type: 'OptionsConflict' } }]);
  });

  it('refuses an item that is not on its page', async () => {
    const batch = await upload('gone', [createItem('gone-0')]);
    expect((await run(batch, { indices: [7] })).refused).toMatchObject([{ index: 7, failure: { type: 'ItemsGone' } }]);
    const unknown = { ...batch, uploadID: randomUUID() };
    expect((await run(unknown)).refused).toMatchObject([{ index: 0, failure: { type: 'ItemsGone' } }]);
  });

  it('fails as a whole, so that it is retried, if Temporal is unreachable', async () => {
    const batch = await upload('nowhere', [createItem('nowhere-0')]);
    const closed = await Connection.connect({ address: inject('temporalAddress') });
    await closed.close();
    await expect(run(batch, {}, 1, new Client({ connection: closed }))).rejects.toThrow();
  });
});

function withProperty<Value extends object>(value: Value, name: keyof Value, property: unknown): Value {
  return new Proxy(value, { get: (target, key) => (key === name ? property : (Reflect.get(target, key) as unknown)) });
}
