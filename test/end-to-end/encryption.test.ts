import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import type { SecretReference } from '../../cce/secrets.ts';
import { createOrchestrator, loadDataConverter, type OperationReference } from '../../client/index.ts';
import { createWorkflowID, reconcileWorkflowID, taskQueue } from '../../contract/identity.ts';
import { specDigest } from '../../contract/marker.ts';
import type { SimulatorProcess } from '../../simulator/process.ts';
import { generateKeyEntry, parseKeyRing } from '../../temporal/encryption/encryption-keys.ts';
import { createPayloadCodec } from '../../temporal/encryption/payload-codec.ts';
import { readExample } from '../examples.ts';
import { ended, reached, startOrchestration, type Orchestration } from '../orchestration.ts';
import { startSimulator } from '../processes.ts';
import { waiting } from '../waiting.ts';

const { DescribeWorkflowExecutionResponse, GetWorkflowExecutionHistoryResponse, ListWorkflowExecutionsResponse } =
  proto.temporal.api.workflowservice.v1;

const password = 'Canary-1!';
/** What the service says of a step that fails. */
const message = 'a message of the service';
const missing = 'CANARY_THAT_IS_NOT_SET';
const reason = 'the reason of a cancel';

let simulator: SimulatorProcess;

beforeAll(async () => {
  simulator = await startSimulator(['--create-seconds', '3', '--delete-seconds', '0']);
  await simulator.addFault({ kind: 'step-fails', step: 3, recoverAfterSeconds: 3600, name: 'stuck-*', message });
});

afterAll(() => simulator.stop());

function specWithPassword(clusterName: string, adminPassword: SecretReference | string = password) {
  const request = readExample('managed', clusterName);
  const nodes = (request.nodes ?? []).map((node) => ({
    ...node,
    instanceSpec: { ...node.instanceSpec, adminPassword },
  }));
  return { ...request, nodes };
}

/** Of a request, of the service's answer, of a failure, of a signal, and of a memo: the digest of the spec. */
function tracesOf(suffix: string): string[] {
  return [password, 'adminPassword', message, missing, reason, specDigest(specWithPassword(`stuck-${suffix}`))];
}

/** All that the server has of a run, byte by byte: neither codec nor converter has seen it. */
async function storedBytes({ client }: Orchestration, { workflowID, runID }: OperationReference): Promise<string> {
  const namespace = 'default';
  const execution = { workflowId: workflowID, runId: runID };
  const history = await client.workflowService.getWorkflowExecutionHistory({ namespace, execution });
  const description = await client.workflowService.describeWorkflowExecution({ namespace, execution });
  const query = `WorkflowId = '${workflowID}'`;
  const list = await vi.waitUntil(async () => {
    const answer = await client.workflowService.listWorkflowExecutions({ namespace, query });
    return answer.executions.length > 0 && answer;
  }, waiting);
  return [
    GetWorkflowExecutionHistoryResponse.encode(history).finish(),
    DescribeWorkflowExecutionResponse.encode(description).finish(),
    ListWorkflowExecutionsResponse.encode(list).finish(),
  ]
    .map((bytes) => Buffer.from(bytes).toString('latin1'))
    .join('\n');
}

/** A create that fails with a message that quotes its spec, and one that is cancelled while a step quotes the password. */
async function storedByOperations(orchestration: Orchestration, suffix: string): Promise<string> {
  const { orchestrator } = orchestration;
  const failing = await orchestrator.create(specWithPassword(`fails-${suffix}`, { fromEnv: missing }));
  const cancelled = await orchestrator.create(specWithPassword(`stuck-${suffix}`));
  await reached(orchestrator, cancelled, ({ currentStep }) => currentStep?.step?.error?.message === message);
  const underWay = await storedBytes(orchestration, cancelled);
  await orchestrator.cancel(`stuck-${suffix}`, { reason });
  expect((await ended(orchestrator, failing)).outcome?.failure?.message).toContain(missing);
  expect((await ended(orchestrator, cancelled)).outcome).toMatchObject({ cancelReason: reason });
  return [underWay, await storedBytes(orchestration, failing), await storedBytes(orchestration, cancelled)].join('\n');
}

describe('without encryption', () => {
  it('a secret that stands in a spec is found in what Temporal stores', async () => {
    const off = loadDataConverter({ ...process.env, CCE_ENCRYPTION: 'off' });
    const orchestration = await startOrchestration(simulator, off);
    try {
      await orchestration.startWorker();
      const stored = await storedByOperations(orchestration, 'off');
      const traces = tracesOf('off');
      expect(traces.filter((trace) => stored.includes(trace))).toEqual(traces);
    } finally {
      await orchestration.stop();
    }
  });
});

describe('with encryption', () => {
  let orchestration: Orchestration;

  beforeAll(async () => {
    orchestration = await startOrchestration(simulator);
    await orchestration.startWorker();
  });

  afterAll(() => orchestration.stop());

  it('nothing of a spec, a failure, a memo or a reason is found in what Temporal stores', async () => {
    const stored = await storedByOperations(orchestration, 'on');
    expect(tracesOf('on').filter((trace) => stored.includes(trace))).toEqual([]);
    // Names of workflows are not secret; found, they show that the search finds something.
    expect(stored).toContain(`cce:${orchestration.account}:bj:fails-on`);
  });

  it('a client without the key says so', async () => {
    const { client, account, orchestrator } = orchestration;
    const operation = await orchestrator.create(readExample('managed', 'stuck-unread'));
    const other = loadDataConverter({ CCE_ENCRYPTION_KEYS: generateKeyEntry('other') });
    const clientOfOthers = new Client({ connection: client.connection, dataConverter: other });
    const stranger = createOrchestrator({ client: clientOfOthers, account, region: 'bj' });
    await expect(stranger.status('stuck-unread')).rejects.toMatchObject({
      name: 'PayloadDecryptionError',
      problem: 'unknownKey',
      message: expect.stringContaining('"test"'),
    });
    await client.workflow.getHandle(operation.workflowID).terminate();
  });

  it('a worker without the key of a client does not answer it, and the status says so and why', async () => {
    const { client, account } = orchestration;
    const other = loadDataConverter({ CCE_ENCRYPTION_KEYS: generateKeyEntry('other') });
    const clientOfOthers = new Client({ connection: client.connection, dataConverter: other });
    const stranger = createOrchestrator({ client: clientOfOthers, account, region: 'bj' });
    const { workflowID } = await stranger.create(readExample('managed', 'stuck-stranger'));
    const status = await vi.waitUntil(async () => {
      const { blockedBy } = await stranger.status('stuck-stranger');
      return blockedBy?.reason === 'taskFails' && blockedBy;
    }, waiting);
    expect(status.message).toMatch(/^the encryption keys differ: no worker can run it/);
    await client.workflow.getHandle(workflowID).terminate();
  });

  it('a client without any key stores no spec in clear, unless encryption is turned off', async () => {
    const { client, account } = orchestration;
    const without = (environment: NodeJS.ProcessEnv) =>
      createOrchestrator({
        client: new Client({ connection: client.connection, dataConverter: loadDataConverter(environment) }),
        account,
        region: 'bj',
      });
    const request = readExample('managed', 'stuck-clear');
    await expect(without({}).create(request)).rejects.toMatchObject({
      name: 'EncryptionKeyError',
      message: expect.stringContaining('CCE_ENCRYPTION_KEYS'),
    });
    const items = [{ kind: 'create', input: { request } }] as const;
    const batch = { name: 'clear', items, concurrency: 1, failurePolicy: 'continue' } as const;
    await expect(without({}).batches.start(batch)).rejects.toThrow('this process has no key');
    const { workflowID } = await without({ CCE_ENCRYPTION: 'off' }).create(request);
    await client.workflow.getHandle(workflowID).terminate();
  });

  it('a run of a schedule reads its input and the result of the run before', async () => {
    const { client, account, orchestrator } = orchestration;
    await orchestrator.reconcileSchedule.set(1);
    const schedule = client.schedule.getHandle(reconcileWorkflowID({ account, region: 'bj' }));
    const run = await vi.waitUntil(async () => {
      const [, second] = (await schedule.describe()).info.recentActions;
      return second && client.workflow.getHandle(second.action.workflow.workflowId);
    }, waiting);
    expect(await run.result()).toMatchObject({ clusters: expect.any(Number) });
    const { events } = await run.fetchHistory();
    expect(events?.[0]?.workflowExecutionStartedEventAttributes?.lastCompletionResult?.payloads).toHaveLength(1);
    // Temporal has made the ID of a run from that of the schedule, for which the input was encrypted.
    expect(run.workflowId).toMatch(/:reconcile-\d{4}-.+Z$/);
    expect((await schedule.describe()).action).toMatchObject({ args: [{ account, region: 'bj' }] });
    await orchestrator.reconcileSchedule.remove();
  });

  it('a history replays with the key, and not without', async () => {
    const { client, orchestrator } = orchestration;
    const { workflowID, runID } = await orchestrator.create(readExample('managed', 'replayed'));
    await ended(orchestrator, { workflowID, runID });
    const history = await client.workflow.getHandle(workflowID, runID).fetchHistory();
    const replay = async (dataConverter: ReturnType<typeof loadDataConverter>) => {
      const workflowBundle = { codePath: inject('workflowBundlePath') };
      const results = Worker.runReplayHistories({ workflowBundle, dataConverter }, [
        { workflowId: workflowID, history },
      ]);
      for await (const { error } of results) return error?.message;
      throw new Error('nothing was replayed');
    };
    expect(await replay(loadDataConverter())).toBeUndefined();
    expect(await replay(loadDataConverter({ CCE_ENCRYPTION_KEYS: generateKeyEntry('other') }))).toBeDefined();
  });

  it('the input of one workflow is refused by another', async () => {
    const { client, account, orchestrator } = orchestration;
    const scope = { account, region: 'bj' };
    const { workflowID } = await orchestrator.create(readExample('managed', 'stuck-source'));
    const { events } = await client.workflow.getHandle(workflowID).fetchHistory();
    const input = events?.[0]?.workflowExecutionStartedEventAttributes?.input;
    const forgedID = createWorkflowID(scope, 'forged');
    await client.workflowService.startWorkflowExecution({
      namespace: 'default',
      workflowId: forgedID,
      workflowType: { name: 'createCluster' },
      taskQueue: { name: taskQueue(scope) },
      requestId: randomUUID(),
      ...(input && { input }),
    });
    const forged = client.workflow.getHandle(forgedID);
    const failure = await vi.waitUntil(async () => {
      const { events: forgedEvents } = await forged.fetchHistory();
      return forgedEvents?.find((event) => event.workflowTaskFailedEventAttributes)?.workflowTaskFailedEventAttributes
        ?.failure;
    }, waiting);
    const codec = createPayloadCodec({ keys: parseKeyRing(process.env.CCE_ENCRYPTION_KEYS!), encrypts: true });
    const [attributes] = await codec.decode([failure.encodedAttributes!]);
    expect(JSON.parse(Buffer.from(attributes!.data!).toString())).toMatchObject({
      message: `a payload that was encrypted for ${workflowID} in namespace default was found in ${forgedID} in namespace default`,
    });
    expect((await forged.describe()).historyLength).toBeLessThan(10);
    await forged.terminate();
    await client.workflow.getHandle(workflowID).terminate();
  });
});
