import { beforeAll, expect, it, vi } from 'vitest';
import type { BatchOutcome, OperationStatus } from '../../client/index.ts';
import { batchWorkflowID, createWorkflowID } from '../../contract/identity.ts';
import { startTemporalServer } from '../../local/temporal-server.ts';
import { reportDeployment } from '../../worker/report-deployment.ts';
import type { RunningWorker } from '../../worker/run-worker.ts';
import { createItem } from '../batches.ts';
import { readExample } from '../examples.ts';
import { ended, reached } from '../orchestration.ts';
import { recordingLogger } from '../recording-logger.ts';
import { useService } from '../service.ts';
import { waiting } from '../waiting.ts';

const deploymentName = 'cce-test';

const { simulator, orchestration } = useService(['--create-seconds', '2', '--delete-seconds', '1'], {
  temporal: startTemporalServer,
  worker: false,
});

beforeAll(() => orchestration().orchestrator.setUp());

function startVersion(buildId: string): Promise<RunningWorker> {
  return orchestration().startWorker(100, { deploymentName, buildId });
}

/** As `temporal worker deployment set-current-version` does, as soon as Temporal knows of the version's queues. */
async function setCurrent(buildId: string): Promise<void> {
  const { connection, options } = orchestration().client;
  const version = { deploymentName, buildId };
  await vi.waitUntil(async () => {
    const { versionTaskQueues } = await connection.workflowService
      .describeWorkerDeploymentVersion({ namespace: options.namespace, deploymentVersion: version })
      .catch(() => ({ versionTaskQueues: [] }));
    return versionTaskQueues.length >= 4;
  }, waiting);
  await connection.workflowService.setWorkerDeploymentCurrentVersion({
    namespace: options.namespace,
    deploymentName,
    buildId,
    identity: 'test',
  });
}

/** What a worker of a version logs of its deployment. */
async function reportOf(buildId: string) {
  const { logger, entries } = recordingLogger();
  await reportDeployment(orchestration().client, { deploymentName, buildId }, logger);
  return entries;
}

/** The version that a workflow ran on last. */
async function versionOf(workflowID: string): Promise<string | undefined> {
  const { raw } = await orchestration().client.workflow.getHandle(workflowID).describe();
  return raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId ?? undefined;
}

it('what is under way ends on its version, what is new begins on the current one, a batch moves', async () => {
  const { orchestrator, account } = orchestration();
  const { batches } = orchestrator;
  const idOf = (clusterName: string) => createWorkflowID({ account, region: 'bj' }, clusterName);
  const batchID = batchWorkflowID({ account, region: 'bj' }, 'nightly');
  const isAtStep2 = ({ currentStep }: OperationStatus) => currentStep?.step?.index === 2;

  const first = await startVersion('v1');
  const run = 'temporal worker deployment set-current-version --deployment-name cce-test --build-id v1';
  expect(await reportOf('v1')).toEqual([expect.objectContaining({ level: 'WARN', run })]);
  await setCurrent('v1');
  expect(await reportOf('v1')).toEqual([expect.objectContaining({ level: 'INFO', buildId: 'v1' })]);
  for (const name of ['old', 'item-0']) await simulator().addFault({ kind: 'stuck-step', step: 2, name });
  const old = await orchestrator.create(readExample('managed', 'old'));
  const leased = await orchestrator.create(readExample('managed', 'leased'), { ttlSeconds: 3600 });
  const items = ['item-0', 'item-1'].map((name) => createItem(name));
  await batches.start({ name: 'nightly', items, concurrency: 1, failurePolicy: 'continue' });
  await reached(orchestrator, old, isAtStep2);
  await reached(orchestrator, leased, ({ currentStep }) => currentStep?.stage === 'running');
  const itemRuns = async () => (await batches.status('nightly')).progress?.slowest[0];
  const item = await vi.waitUntil(itemRuns, waiting);
  await reached(orchestrator, item, isAtStep2);

  await startVersion('v2');
  expect(await reportOf('v2')).toEqual([expect.objectContaining({ level: 'INFO', current: 'v1' })]);
  await setCurrent('v2');
  await ended(orchestrator, await orchestrator.create(readExample('managed', 'young')));
  expect(await versionOf(idOf('young'))).toBe('v2');
  expect(await versionOf(batchID)).toBe('v1');

  // They clean up: what they call runs on their version as well.
  for (const name of ['old', 'item-0']) await orchestrator.cancel(name);
  expect((await ended(orchestrator, old)).outcome).toMatchObject({ cleanup: { status: 'deleted' } });
  await ended(orchestrator, item);
  await vi.waitUntil(async () => (await versionOf(batchID)) === 'v2', waiting);
  expect([await versionOf(idOf('old')), await versionOf(idOf('item-0'))]).toEqual(['v1', 'v1']);

  // Nothing needs the old version any more; not even what is under way for long.
  first.shutdown();
  await first.stopped;
  await orchestrator.delete('leased');
  expect((await ended(orchestrator, leased)).outcome).toMatchObject({ cleanup: { status: 'deleted' } });
  const outcome = (await orchestration().client.workflow.getHandle(batchID).result()) as BatchOutcome;
  expect(outcome).toMatchObject({ outcome: 'completed', succeeded: 1, cancelled: 1 });
  // A new run is listed as the one before.
  const runs = `WorkflowId = '${batchID}' AND CceBatch = 'nightly'`;
  await expect.poll(async () => (await orchestration().client.workflow.count(runs)).count, waiting).toBe(2);
  expect([await versionOf(idOf('leased')), await versionOf(idOf('item-1'))]).toEqual(['v2', 'v2']);
});
