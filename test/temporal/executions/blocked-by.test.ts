import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { defaultFailureConverter, defaultPayloadConverter, type PayloadCodec } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import proto from '@temporalio/proto';
import { createPayloadCodec } from '../../../temporal/encryption/payload-codec.ts';
import { generateKeyEntry, parseKeyRing } from '../../../temporal/encryption/encryption-keys.ts';
import { findBlock, slowCall, type PendingCall } from '../../../temporal/executions/blocked-by.ts';

const now = Date.parse('2026-01-01T00:00:30Z');
const at = (seconds: number) => now + seconds * 1000;
const call = (more: Partial<PendingCall>): PendingCall => ({
  name: 'findClusters',
  attempt: 1,
  startedAtMs: now,
  ...more,
});

it.each<[what: string, calls: PendingCall[], since: string | undefined]>([
  ['no call', [], undefined],
  ['a call that has just begun', [call({ startedAtMs: at(-4) })], undefined],
  ['a call that nobody has taken', [call({ startedAtMs: undefined })], undefined],
  ['a watch, which lasts as long as its cluster', [call({ name: 'watchCluster', startedAtMs: at(-900) })], undefined],
  ['a call without an answer', [call({}), call({ startedAtMs: at(-20) })], '2026-01-01T00:00:10.000Z'],
])('of %s Temporal shows whether it lasts', (_, calls, since) => {
  const message = since === undefined ? undefined : `findClusters has had no answer since ${since}`;
  expect(slowCall(calls, now)?.message).toBe(message);
});

const operation = { workflowID: 'cce:a:bj:x', runID: 'r' };
const failure = { message: 'CCE cannot be reached' };

/**
 * A client of a server that knows one run, whose history ends with these events, the latest first.
 *
 * @param answer What a query fails with; by default nobody answers it.
 */
function client(
  run: object | 'unknown',
  pollers: object[],
  events: object[],
  payloadCodecs: PayloadCodec[] = [],
  answer?: object,
): Client {
  const loadedDataConverter = {
    payloadConverter: defaultPayloadConverter,
    failureConverter: defaultFailureConverter,
    payloadCodecs,
  };
  return {
    options: { namespace: 'default', loadedDataConverter },
    withDeadline: (_: number, call: () => unknown) => call(),
    workflowService: {
      queryWorkflow: () => Promise.reject(queryError(answer)),
      describeTaskQueue: async () => ({ pollers }),
      getWorkflowExecutionHistoryReverse: async () => ({ history: { events } }),
    },
    workflow: {
      getHandle: () => ({
        describe: async () => {
          if (run === 'unknown') throw new WorkflowNotFoundError('not found', 'x', undefined);
          return { status: { name: 'RUNNING' }, taskQueue: 'cce-a-bj', raw: {}, ...run };
        },
      }),
    },
  } as unknown as Client;
}

/** The answer of the server to a query that a worker has failed, or that nobody has answered. */
function queryError(failure: object | undefined): Error {
  const { QueryFailedFailure } = proto.temporal.api.errordetails.v1;
  const value = failure && QueryFailedFailure.encode({ failure }).finish();
  const details = value && [{ type_url: 'type.googleapis.com/temporal.api.errordetails.v1.QueryFailedFailure', value }];
  const status = details && Buffer.from(proto.google.rpc.Status.encode({ code: 3, details }).finish());
  const metadata = { get: () => (status === undefined ? [] : [status]) };
  return Object.assign(new Error('no answer'), { code: 3, details: '', metadata });
}

const pending = (more: object) => ({
  raw: { pendingActivities: [{ activityType: { name: 'findClusters' }, ...more }] },
});
const untaken = { raw: { pendingWorkflowTask: { scheduledTime: { seconds: 1 } } } };
const waitsForWorker = (seconds: number, more: object = {}) =>
  pending({
    attempt: 1,
    scheduledTime: { seconds: Date.now() / 1000 - seconds },
    activityOptions: { taskQueue: { name: 'cce-a-bj' } },
    ...more,
  });
const repeated = { raw: { pendingWorkflowTask: { attempt: 3 } } };
const taskFailed = { workflowTaskFailedEventAttributes: { failure: { message: 'a key is missing' } } };
const taken = { raw: { pendingWorkflowTask: { scheduledTime: { seconds: 1 }, startedTime: { seconds: 2 } } } };
const encoded = defaultPayloadConverter.toPayload({ message: 'CCE is down', stack_trace: '' });

it.each<
  [string, run: object | 'unknown', pollers: object[], isAnswered: boolean | undefined, block: object | undefined]
>([
  ['nobody has asked, and no worker takes its task', untaken, [], undefined, { reason: 'noWorker' }],
  ['nobody has asked, and a worker does not take its task', untaken, [{}], undefined, { reason: 'noAnswer' }],
  ['nobody has asked, and a worker has its task', taken, [], undefined, undefined],
  ['no worker polls', {}, [], false, { reason: 'noWorker', message: expect.stringContaining('queue cce-a-bj:') }],
  ['a worker polls and is silent', {}, [{}], false, { reason: 'noAnswer' }],
  ['its task fails, and no worker polls any more', repeated, [], false, { reason: 'noWorker' }],
  [
    'its task fails again and again',
    repeated,
    [{}],
    false,
    { reason: 'taskFails', message: 'no worker can run it, and it is tried again: a key is missing' },
  ],
  ['nothing is in the way', {}, [{}], true, undefined],
  ['a first attempt failed not', pending({ attempt: 1 }), [{}], true, undefined],
  [
    'no worker takes a call, and none polls its task queue',
    waitsForWorker(20),
    [],
    true,
    { reason: 'noWorker', message: expect.stringContaining('task queue cce-a-bj: none has keys') },
  ],
  ['no worker takes a call, and some poll its task queue', waitsForWorker(20), [{}], true, undefined],
  ['a call has just been put on its task queue', waitsForWorker(1), [], true, undefined],
  [
    'a call has been taken',
    waitsForWorker(20, { lastStartedTime: { seconds: Date.now() / 1000 - 1 } }),
    [],
    true,
    undefined,
  ],
  [
    'a call is repeated',
    pending({ attempt: 3, lastFailure: failure }),
    [{}],
    true,
    { reason: 'callFails', message: 'findClusters fails, and is repeated: CCE cannot be reached' },
  ],
  [
    'a call whose failure is encoded is repeated',
    pending({ attempt: 2, lastFailure: { message: 'Encoded failure', encodedAttributes: encoded } }),
    [{}],
    true,
    { reason: 'callFails', message: 'findClusters fails, and is repeated: CCE is down' },
  ],
  ['it has ended', { status: { name: 'COMPLETED' } }, [], false, undefined],
  ['Temporal no longer knows it', 'unknown', [], false, undefined],
])('an operation is held up as Temporal shows: %s', async (_, run, pollers, isAnswered, block) => {
  const found = await findBlock(client(run, pollers, [{}, taskFailed]), operation, isAnswered);
  if (block === undefined) expect(found).toBeUndefined();
  else expect(found).toMatchObject(block);
});

it('a task that was taken from a worker that died has not failed', async () => {
  const completed = { workflowTaskCompletedEventAttributes: {} };
  const found = await findBlock(client(repeated, [{}], [completed, taskFailed]), operation, false);
  expect(found).toMatchObject({ reason: 'noAnswer' });
});

describe('an operation whose workers have another encryption key', () => {
  const [ours, theirs] = (['ours', 'theirs'] as const).map((id): PayloadCodec =>
    createPayloadCodec({ keys: parseKeyRing(generateKeyEntry(id)), encrypts: true }),
  ) as [PayloadCodec, PayloadCodec];
  const cannotRead = 'a payload is encrypted with key "ours", but this process has only "theirs"; add the key';
  const encryptedBy = async (codec: PayloadCodec) => {
    const [encodedAttributes] = await codec.encode([defaultPayloadConverter.toPayload({ message: cannotRead })]);
    return { message: 'Encoded failure', encodedAttributes };
  };
  const failedTask = async (codec: PayloadCodec) => [
    { workflowTaskFailedEventAttributes: { failure: await encryptedBy(codec) } },
  ];

  it('says so, and how to mend it, when this process cannot read why the task fails', async () => {
    const found = await findBlock(client(repeated, [{}], await failedTask(theirs), [ours]), operation, false);
    expect(found).toEqual({
      reason: 'taskFails',
      message:
        'the encryption keys differ: no worker can run it, and this process cannot read why: a payload is encrypted with ' +
        'key "theirs", but this process has only "ours"; add the key to CCE_ENCRYPTION_KEYS or its file ' +
        '(`ccectl keys list` shows the keys of a process)',
    });
  });

  it('says so when this process can read why the task fails', async () => {
    const found = await findBlock(client(repeated, [{}], await failedTask(ours), [ours]), operation, false);
    expect(found?.message).toContain(`the encryption keys differ: no worker can read it; a worker says: ${cannotRead}`);
  });

  it('says so while it waits and has no task, by the failure of a query', async () => {
    const idle = client({}, [{}], [], [ours], await encryptedBy(theirs));
    expect(await findBlock(idle, operation, false)).toMatchObject({
      reason: 'taskFails',
      message: expect.stringContaining('the encryption keys differ'),
    });
  });

  it('says why a call fails as far as this process can read it', async () => {
    const run = pending({ attempt: 2, lastFailure: await encryptedBy(theirs) });
    expect(await findBlock(client(run, [{}], [], [ours]), operation, true)).toMatchObject({
      reason: 'callFails',
      message: expect.stringContaining('key "theirs"'),
    });
  });
});
