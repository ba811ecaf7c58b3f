import { Client } from '@temporalio/client';
import { expect, it, vi } from 'vitest';
import { createOrchestrator, loadDataConverter } from '../../client/index.ts';
import { extendLeaseSignal } from '../../contract/messages.ts';
import { generateKeyEntry } from '../../temporal/encryption/encryption-keys.ts';
import { createItem, useBatchService } from '../batches.ts';
import { readExample } from '../examples.ts';
import { allOf, ended, reached } from '../orchestration.ts';
import { waiting } from '../waiting.ts';

const { orchestration, orchestrator, simulator, start, outcome, progress, results, create, createAlone, clusters } =
  useBatchService(
    ['--create-seconds', '0', '--delete-seconds', '0'],
    [
      { kind: 'stuck-step', step: 3, name: 'stuck-*' },
      { kind: 'stuck-step', step: 3, name: 'once-undo', times: 1 },
      { kind: 'create-failed', step: 1, name: 'bad-*', times: 1 },
    ],
  );

const memoOf = async (clusterName: string) => (await create(clusterName).describe()).memo;

/** Waits until a create knows its cluster, which a rollback deletes even if the create is terminated then. */
const knowsCluster = (clusterName: string) =>
  vi.waitUntil(async () => (await memoOf(clusterName))?.['clusterID'] !== undefined, waiting);

// Five run at a time, so those that wait for the longest come first.
it.concurrent('creates and a rollback whose keys are refused wait for them, and nothing is left', async () => {
  const refusal = { kind: 'refuse', status: 403, code: 'IamSignatureInvalid', name: '*keys*' } as const;
  await simulator().addFault({ ...refusal, call: 'createCluster', times: 2 });
  const items = ['keys-0', 'keys-1', 'stuck-keys'].map((name) => createItem(name));
  await start('keys', items, { failurePolicy: 'rollback' });
  await vi.waitUntil(async () => (await progress('keys'))?.succeeded === 2, waiting);
  await knowsCluster('stuck-keys');
  await simulator().addFault({ ...refusal, call: 'deleteCluster', times: 3 });
  await create('stuck-keys').terminate();
  expect(await outcome('keys')).toMatchObject({
    outcome: 'rolledBack',
    failed: 1,
    rollback: { total: 3, deleted: 3, failed: 0, kept: 0 },
  });
  expect([...(await clusters('keys-')), ...(await clusters('stuck-keys'))]).toEqual([]);
  const asked = (await simulator().log()).filter(({ clusterName }) => clusterName?.includes('keys'));
  const refused = asked.filter(({ status }) => status === 403).map(({ call }) => call);
  expect(refused.toSorted()).toEqual(['createCluster', 'createCluster', ...Array<string>(3).fill('deleteCluster')]);
});

/** A client whose key the workers lack. */
function clientOfOthers(): Client {
  const dataConverter = loadDataConverter({ CCE_ENCRYPTION_KEYS: generateKeyEntry('lost') });
  return new Client({ connection: orchestration().client.connection, dataConverter });
}

it.concurrent('an execution whose key is lost holds up no batch and no cancel', async () => {
  const { account, client } = orchestration();
  const strangers = createOrchestrator({ client: clientOfOthers(), account, region: 'bj' });
  const lost = await strangers.create(readExample('custom', 'lost'));
  await start('beside', [createItem('lost'), createItem('beside-0'), createItem('beside-1', { ttlSeconds: 3_600 })]);
  const ending = await outcome('beside');
  expect(ending).toMatchObject({ outcome: 'completed', succeeded: 2, failed: 1 });
  expect(ending.failures).toMatchObject([{ index: 0, failure: { type: 'Unreadable' } }]);

  await start('cancelled-beside', [createItem('stuck-beside')]);
  await vi.waitUntil(async () => (await progress('cancelled-beside'))?.underWay === 1, waiting);
  await expect(orchestrator().cancel('cancelled-beside')).rejects.toMatchObject({
    hint: expect.stringContaining('ccectl batch cancel cancelled-beside') as string,
  });
  await orchestrator().batches.cancel('cancelled-beside');
  expect(await outcome('cancelled-beside')).toMatchObject({ outcome: 'cancelled', cancelled: 1, failed: 0 });
  await client.workflow.getHandle(lost.workflowID).terminate();
  await create('beside-1').terminate();
});

it.concurrent('a batch says why no worker can run one of its items, and ends when somebody terminates that', async () => {
  await start('wedged', [createItem('stuck-wedged')]);
  await vi.waitUntil(async () => (await clusters('stuck-wedged')).length === 1, waiting);
  const { workflowId } = create('stuck-wedged');
  await clientOfOthers().workflow.getHandle(workflowId).signal(extendLeaseSignal, { ttlSeconds: 60 });
  const blockedBy = { reason: 'taskFails', message: expect.stringContaining('"lost"') as string };
  await vi.waitFor(async () => {
    expect((await orchestrator().batches.status('wedged')).current).toMatchObject([{ blockedBy }]);
  }, waiting);
  expect(await orchestrator().status('stuck-wedged')).toMatchObject({ blockedBy });
  await orchestrator().batches.cancel('wedged');
  await create('stuck-wedged').terminate();
  const ending = await outcome('wedged');
  expect(ending).toMatchObject({ outcome: 'cancelled', failures: [{ failure: { type: 'Terminated' } }] });
});

it.concurrent('a rollback deletes exactly what the batch has made', async () => {
  const existing = await createAlone('undo-existing');
  const other = await orchestrator().create(readExample('custom', 'stuck-undo'));
  const made = ['undo-0', 'undo-1', 'undo-existing', 'stuck-undo', 'once-undo'].map((name) => createItem(name));
  const leased = createItem('undo-leased', { ttlSeconds: 3_600 });
  await start('undo', [...made, leased], { failurePolicy: 'rollback', concurrency: 6 });
  await vi.waitUntil(async () => (await progress('undo'))?.succeeded === 4, waiting);
  await knowsCluster('once-undo');
  // The last that is under way fails.
  await create('once-undo').terminate();
  expect(await outcome('undo')).toMatchObject({
    outcome: 'rolledBack',
    succeeded: 4,
    failed: 1,
    cancelled: 1,
    rollback: { total: 4, deleted: 4, failed: 0 },
  });
  const left = await clusters('undo');
  expect(left.map(({ clusterID }) => clusterID)).toEqual([existing]);
  expect((await orchestrator().status('stuck-undo')).execution).toBe('running');
  // A create that is terminated cleans up nothing.
  expect(await clusters('once-undo')).toEqual([]);
  const undone = ['rolledBack', 'rolledBack', 'running', 'underWay', 'rolledBack', 'cancelled'];
  expect(await results('undo')).toEqual(undone);
  const [, , adopted] = await allOf(orchestrator().batches.results('undo'));
  expect(adopted).toMatchObject({ clusterID: existing, adopted: true });
  await orchestrator().cancel('stuck-undo');
  await ended(orchestrator(), other);

  // What was deleted stays deleted when that which failed is tried again.
  await orchestrator().batches.retryFailed('undo');
  expect(await outcome('undo')).toMatchObject({ outcome: 'completed', succeeded: 1 });
  expect(await results('undo')).toEqual(['rolledBack', 'rolledBack', 'running', 'cancelled', 'running', 'cancelled']);
});

it.concurrent('a rollback spares a cluster whose name somebody else has asked for since', async () => {
  await start('spare', [createItem('spare-0'), createItem('stuck-spare')], { failurePolicy: 'rollback' });
  await vi.waitUntil(async () => (await progress('spare'))?.succeeded === 1, waiting);
  await ended(orchestrator(), await orchestrator().delete('spare-0'));
  const theirs = await createAlone('spare-0');
  await knowsCluster('stuck-spare');
  await create('stuck-spare').terminate();
  const ending = await outcome('spare');
  expect(ending).toMatchObject({ outcome: 'rolledBack', rollback: { total: 2, deleted: 1, failed: 0, kept: 1 } });
  expect(ending.failures).toMatchObject([{ index: 1 }, { index: 0, name: 'spare-0', failure: { type: 'NotOurs' } }]);
  expect((await clusters('spare-')).map(({ clusterID }) => clusterID)).toEqual([theirs]);
});

it.concurrent.each([
  ['is terminated', 'stuck-adopt', {}],
  ['does not run in time', 'stuck-late', { timeoutSeconds: 1 }],
])('a rollback spares the cluster that an item only adopted, if the item %s', async (_, name, options) => {
  const theirs = await orchestrator().create(readExample('custom', name));
  await reached(orchestrator(), theirs, ({ currentStep }) => currentStep?.clusterID !== undefined);
  await orchestrator().cancel(name, { cleanup: 'keep' });
  const kept = await ended(orchestrator(), theirs);
  await start(name, [createItem(name, options)], { failurePolicy: 'rollback' });
  if (name === 'stuck-adopt') {
    await vi.waitUntil(async () => {
      const { startedBy, clusterID } = (await memoOf(name)) ?? {};
      return startedBy !== undefined && clusterID !== undefined;
    }, waiting);
    await create(name).terminate();
  }
  expect(await outcome(name)).toMatchObject({ outcome: 'rolledBack', failed: 1, rollback: { deleted: 0, failed: 0 } });
  const left = await clusters(name);
  expect(left.map(({ clusterID }) => clusterID)).toEqual([kept.outcome?.clusterID]);
  expect(left[0]!.clusterPhase).not.toBe('deleting');
});

it.concurrent('a rollback spares what others have asked for while the batch made it', async () => {
  const items = [
    createItem('claim-0', { ttlSeconds: 3_600 }),
    createItem('stuck-claimed'),
    createItem('stuck-claim-bad'),
  ];
  await start('claim', items, { failurePolicy: 'rollback' });
  await vi.waitUntil(async () => (await progress('claim'))?.succeeded === 1, waiting);
  for (const name of ['claim-0', 'stuck-claimed']) {
    const claimed = await orchestrator().create(
      readExample('custom', name),
      name === 'claim-0' ? { ttlSeconds: 3_600 } : {},
    );
    expect(claimed.attached).toBe(true);
    await vi.waitUntil(async () => (await memoOf(name))?.['claimed'] === true, waiting);
  }
  await knowsCluster('stuck-claim-bad');
  await create('stuck-claim-bad').terminate();
  const ending = await outcome('claim');
  expect(ending).toMatchObject({ outcome: 'rolledBack', rollback: { total: 2, deleted: 1, failed: 0, kept: 1 } });
  const reasons = ending.failures.map(({ name, failure }) => [name, failure.type]);
  expect(reasons).toEqual([
    ['stuck-claim-bad', 'Terminated'],
    ['stuck-claimed', 'ClaimedByOthers'],
    ['claim-0', 'ClaimedByOthers'],
  ]);
  expect((await orchestrator().status('claim-0')).execution).toBe('running');
  expect((await orchestrator().status('stuck-claimed')).execution).toBe('running');
  await Promise.all(['claim-0', 'stuck-claimed'].map((name) => create(name).terminate()));
});

it.concurrent('what failed is told with its reason, and is tried again after the end, alone', async () => {
  await start('again', [createItem('good-0'), createItem('bad-0'), createItem('good-1')]);
  const first = await outcome('again');
  expect(first).toMatchObject({ outcome: 'completed', succeeded: 2, failedItems: [1] });
  const [, failed] = await allOf(orchestrator().batches.results('again'));
  expect(failed).toMatchObject({
    index: 1,
    clusterName: 'bad-0',
    result: 'failed',
    failure: { type: 'CreateFailed' },
  });
  await orchestrator().batches.retryFailed('again');
  expect(await outcome('again')).toMatchObject({ outcome: 'completed', total: 1, succeeded: 1, failed: 0 });
  expect(await results('again')).toEqual(['running', 'running', 'running']);
  const effects = (await simulator().log('createCluster')).filter(({ effect }) => effect === 'created');
  expect(effects.filter(({ clusterName }) => clusterName === 'good-0')).toHaveLength(1);
});
