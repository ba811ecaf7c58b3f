import { writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import {
  connect,
  type ChangeToApprove,
  type Decision,
  type OperationReference,
  type OperationStatus,
} from '../client/index.ts';
import { batchWorkflowID } from '../contract/identity.ts';
import { startStack, type Stack } from '../local/stack.ts';
import { createItem } from './batches.ts';
import { readExample } from './examples.ts';
import { ended, reached } from './orchestration.ts';
import { startReceiver } from './webhook-receiver.ts';

/** How each shape of a history comes about, in which order; returns the execution whose history it is. */
const shapes: Record<string, (stack: Stack) => Promise<Execution>> = {
  'create-runs': async ({ orchestrator }) => atItsEnd(orchestrator.create(readExample('managed', 'runs'))),

  'create-adopts-after-lost-answer': async ({ orchestrator, simulator }) => {
    await simulator.addFault({ kind: 'drop-after', call: 'createCluster', name: 'adopts' });
    return atItsEnd(orchestrator.create(readExample('managed', 'adopts')));
  },

  'create-fails-and-cleans-up': async ({ orchestrator, simulator }) => {
    await simulator.addFault({ kind: 'create-failed', step: 4, name: 'fails' });
    return atItsEnd(orchestrator.create(readExample('managed', 'fails')));
  },

  'protection-is-set': async ({ orchestrator }) => {
    await atItsEnd(orchestrator.create(readExample('managed', 'protected')));
    await orchestrator.protect('protected');
    return { workflowID: 'cce:default:bj:protect:protected' };
  },

  'create-waits-for-nodes': async ({ orchestrator, simulator }) => {
    await simulator.addFault({ kind: 'nodes-late', seconds: 3, name: 'joins' });
    return atItsEnd(orchestrator.create(readExample('managed', 'joins')));
  },

  'create-nodes-fail': async ({ orchestrator, simulator }) => {
    await simulator.addFault({ kind: 'out-of-stock', name: 'sold-out' });
    return atItsEnd(orchestrator.create(readExample('managed', 'sold-out')));
  },

  'request-is-checked': async ({ orchestrator }) => {
    await orchestrator.check(readExample('managed', 'checked'), { decide: true });
    const checks = client.workflow.list({ query: "WorkflowType = 'checkRequest'" });
    for (let found; ; await pause(200)) {
      for await (const { workflowId } of checks) found = workflowId;
      if (found !== undefined) return { workflowID: found };
    }
  },

  'batch-is-checked': async ({ orchestrator }) => {
    const items = [createItem('checked-0'), createItem('checked-1')];
    await orchestrator.batches.start({ name: 'checked', items, concurrency: 2, failurePolicy: 'continue' });
    for await (const _ of orchestrator.batches.watch('checked'));
    return { workflowID: batchWorkflowID({ account: 'default', region: 'bj' }, 'checked') };
  },

  'create-replaces-nodes': async ({ orchestrator, simulator }) => {
    await simulator.addFault({ kind: 'out-of-stock', name: 'replaces', call: 'createCluster' });
    return atItsEnd(orchestrator.create(readExample('managed', 'replaces'), { onNodeFailure: 'replace' }));
  },

  'create-cancelled-early': async ({ orchestrator, simulator }) => {
    await simulator.addFault({ kind: 'latency', ms: 3_000, call: 'listClusters', name: 'early' });
    const create = await orchestrator.create(readExample('managed', 'early'));
    await orchestrator.cancel('early', { reason: 'before anything was sent' });
    return atItsEnd(create);
  },

  'create-cancelled-late': async ({ orchestrator, simulator }) => {
    await simulator.addFault({ kind: 'stuck-step', step: 5, name: 'late' });
    const create = await orchestrator.create(readExample('managed', 'late'));
    await reached(orchestrator, create, ({ currentStep }) => currentStep?.step?.index === 5);
    await orchestrator.cancel('late');
    return atItsEnd(create);
  },

  'create-clean-up-incomplete': async ({ orchestrator, simulator }) => {
    await simulator.addFault({ kind: 'create-failed', step: 4, name: 'not-let-go' });
    await simulator.addFault({ kind: 'refuse', status: 400, code: 'No', call: 'deleteCluster', name: 'not-let-go' });
    return atItsEnd(orchestrator.create(readExample('managed', 'not-let-go')));
  },

  'create-clean-up-waits': async ({ orchestrator, simulator }) => {
    await simulator.addFault({ kind: 'stuck-step', step: 3, name: 'waits' });
    const create = await orchestrator.create(readExample('managed', 'waits'));
    await reached(orchestrator, create, ({ currentStep }) => currentStep?.step?.index === 3);
    const keys = { kind: 'refuse', name: 'waits', status: 403, code: 'IamSignatureInvalid', times: 1 } as const;
    for (const call of ['listClusters', 'deleteCluster'] as const) await simulator.addFault({ ...keys, call });
    await orchestrator.cancel('waits');
    return atItsEnd(create);
  },

  // The create before was terminated, so this one waits for what that may have requested, and its deletion finds it.
  'create-deleted-while-unseen': async ({ orchestrator, simulator, temporal }) => {
    const { cluster, ...rest } = readExample('managed', 'unseen');
    const slow = await simulator.addFault({ kind: 'latency', ms: 3_000, call: 'listClusters', name: 'unseen' });
    const before = await orchestrator.create({ cluster, ...rest });
    const connection = await Connection.connect({ address: temporal.address });
    const client = new Client({ connection, namespace: temporal.namespace });
    await client.workflow.getHandle(before.workflowID, before.runID).terminate();
    await connection.close();
    await simulator.removeFault(slow);
    const create = await orchestrator.create({ cluster, ...rest });
    await reached(orchestrator, create, ({ currentStep }) => currentStep?.waitsFor !== undefined);
    await orchestrator.delete('unseen');
    const description = '[cce-orchestrator fedcba9876543210 0000000000000000]';
    await simulator.plantCluster({ spec: { ...cluster, description }, phase: 'running' });
    return atItsEnd(create);
  },

  'create-expires': async ({ orchestrator }) =>
    atItsEnd(orchestrator.create(readExample('managed', 'expires'), { ttlSeconds: 2 })),

  'create-lease-is-extended': async ({ orchestrator }) => {
    const create = await orchestrator.create(readExample('managed', 'extended'), { ttlSeconds: 3600 });
    await reached(orchestrator, create, ({ currentStep }) => currentStep?.stage === 'running');
    await orchestrator.extendLease('extended', 7200);
    await orchestrator.extendLease('extended', 2);
    return atItsEnd(create);
  },

  'create-with-lease-is-deleted': async ({ orchestrator }) => {
    const create = await orchestrator.create(readExample('managed', 'leased'), { ttlSeconds: 3600 });
    await reached(orchestrator, create, ({ currentStep }) => currentStep?.stage === 'running');
    await orchestrator.delete('leased');
    return atItsEnd(create);
  },

  'delete-ends': async ({ orchestrator }) => atItsEnd(orchestrator.delete('runs')),

  'delete-is-asked-for-again': async ({ orchestrator, simulator }) => {
    await simulator.addFault({ kind: 'delete-failed', times: 1, name: 'adopts' });
    return atItsEnd(orchestrator.delete('adopts'));
  },

  'batch-ends': async ({ orchestrator }) => {
    const items = ['first', 'second', 'third'].map((name) => createItem(`batch-${name}`));
    const batch = { name: 'recorded', items, concurrency: 2, failurePolicy: 'continue' } as const;
    const { workflowID } = await orchestrator.batches.start(batch);
    for await (const { execution } of orchestrator.batches.watch('recorded')) if (execution !== 'running') break;
    return { workflowID };
  },

  'approval-starts-delete': async ({ orchestrator }) => {
    await atItsEnd(orchestrator.create(readExample('managed', 'approved')));
    return approved({ kind: 'delete', nameOrID: 'approved', options: {} });
  },

  'approval-starts-batch': async () => {
    const items = [createItem('approved-batch')];
    const batch = { name: 'approved', items, concurrency: 1, failurePolicy: 'rollback' } as const;
    return approved({ kind: 'batch', batch });
  },

  'approval-is-rejected': async () => {
    const items = [createItem('rejected')];
    const batch = { name: 'rejected', items, concurrency: 1, failurePolicy: 'rollback' } as const;
    return approved({ kind: 'batch', batch }, 'rejected');
  },

  // Its settings change. It is open still.
  webhook: async (running) => {
    await recordedWebhook(running);
    return { workflowID: 'cce:default:bj:webhook:recorded' };
  },

  // The first address is refused, and parks it.
  'webhook-delivery': async (running) => {
    const create = await recordedWebhook(running);
    return { workflowID: `cce:default:bj:webhook:recorded:hooked:${Date.parse(create.startedAt)}` };
  },

  // It has no name by which anybody could find it again, so a list does.
  'kubeconfig-is-issued': async ({ orchestrator }) => {
    await atItsEnd(orchestrator.create(readExample('managed', 'opened')));
    await orchestrator.kubeconfig('opened', { allowUnencrypted: true });
    for (;;) {
      for await (const { workflowId, runId } of client.workflow.list({ query: "WorkflowType = 'kubeconfigRequest'" }))
        return { workflowID: workflowId, runID: runId };
      await pause(200);
    }
  },

  // With a client of its own: the other one remembers for a while that there were no search attributes.
  'create-runs-searchable': async () => {
    const orchestrator = await connect();
    await orchestrator.setUp();
    const create = await orchestrator.create(readExample('managed', 'searchable'));
    await ended(orchestrator, create);
    await orchestrator.close();
    return create;
  },
};

/** A webhook whose deliveries of a create are parked, and go on when its URL is corrected. */
async function recordedWebhook({ orchestrator }: Stack): Promise<OperationStatus> {
  const receiver = await startReceiver(async () => ({ status: 204 }));
  const secret = { fromEnv: 'CCE_WEBHOOK_SECRET' };
  await orchestrator.webhooks.set('recorded', { url: 'http://127.0.0.2', secret });
  const create = orchestrator.create(readExample('managed', 'hooked'));
  while ((await orchestrator.webhooks.undelivered('recorded')).length === 0) await pause(200);
  await orchestrator.webhooks.set('recorded', { url: receiver.url, secret });
  await orchestrator.webhooks.retry('recorded');
  const status = await ended(orchestrator, await create);
  while (!receiver.accepted().some(({ type }) => type === 'ended')) await pause(200);
  await receiver.close();
  return status;
}

/** The latest run, where none is named. */
type Execution = Pick<OperationReference, 'workflowID'> & Partial<OperationReference>;

async function approved(change: ChangeToApprove, verdict: Decision['verdict'] = 'approved'): Promise<Execution> {
  const { approvals } = stack.orchestrator;
  const principal = (name: string) => ({ name, identity: `token ${name}` });
  const asked = await approvals.request(change, { requestedBy: principal('alice'), waitSeconds: 3600 });
  if ('underWay' in asked) throw new Error('it is under way already');
  await approvals.decide(asked, { verdict, by: principal('bob') });
  return asked;
}

async function atItsEnd(started: Promise<OperationReference> | OperationReference): Promise<OperationReference> {
  const operation = await started;
  await ended(stack.orchestrator, operation);
  return operation;
}

/** What the failure converter has made of the message and the stack of a failure. */
function withoutStack(payload: { data: string }): { data: string } {
  const attributes = JSON.parse(Buffer.from(payload.data, 'base64').toString()) as object;
  return { ...payload, data: Buffer.from(JSON.stringify({ ...attributes, stack_trace: '' })).toString('base64') };
}

/*
 * Records the histories that `test/workflows/replay.test.ts` replays, from real runs. Run it by hand, with
 * `npm run record-histories -- SHAPE`, when a shape is added; a history that does not replay any more is a finding, not a reason
 * to record it anew (docs/versioning.md).
 */
// In clear, so that they can be read, and replayed without a key.
process.env.CCE_ENCRYPTION = 'off';
process.env.CCE_WEBHOOK_SECRET = Buffer.alloc(24).toString('base64');
process.env.CCE_WEBHOOK_ALLOWED_RANGES = '127.0.0.1';
process.env.CCE_UNENCRYPTED_KUBECONFIGS = 'on';
const stack = await startStack({ createSeconds: 6, deleteSeconds: 2, pollInterval: '200ms' });
const worker = await stack.startWorker();
const connection = await Connection.connect({ address: stack.temporal.address });
const client = new Client({ connection, namespace: stack.temporal.namespace });
const wanted = process.argv.slice(2);
for (const [name, run] of Object.entries(shapes)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const { workflowID, runID } = await run(stack);
  const history = await client.workflow.getHandle(workflowID, runID).fetchHistory();
  // With its ID, which a history does not hold: markers are made from it, so that a replay under another one would fail.
  // Without stacks, which tell of the machine that recorded it.
  const withoutStacks: unknown = JSON.parse(historyToJSON(history), (key, value: unknown) =>
    key === 'encodedAttributes' ? withoutStack(value as { data: string }) : value,
  );
  const recorded = JSON.stringify({ workflowId: workflowID, history: withoutStacks });
  await writeFile(new URL(`histories/${name}.json`, import.meta.url), `${recorded}\n`);
  process.stdout.write(`${name}: ${history.events?.length ?? 0} events\n`);
}
await connection.close();
await worker.stop();
await stack.stop();
process.exit(0);
