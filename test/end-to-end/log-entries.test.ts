import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { WorkerProcess } from '../../local/worker-process.ts';
import { creationSteps } from '../../simulator/lifecycle.ts';
import { readExample } from '../examples.ts';
import { ended, workerEnvironment } from '../orchestration.ts';
import { startWorkerProcess } from '../processes.ts';
import { useService } from '../service.ts';
import { waiting } from '../waiting.ts';

const { simulator, orchestration } = useService(['--create-seconds', '6', '--delete-seconds', '0'], { worker: false });
let worker: WorkerProcess;
let log = '';

beforeAll(async () => {
  const environment = { ...workerEnvironment(orchestration(), simulator()), CCE_LOG_LEVEL: 'debug' };
  worker = await startWorkerProcess(environment, (text) => (log += text));
});

afterAll(() => worker.kill());

it('the log of a create that fails names workflow, cluster, step and requestID', async () => {
  const { orchestrator, account } = orchestration();
  await simulator().addFault({ kind: 'create-failed', name: 'not-let-go', step: 5, message: 'no stock' });
  const create = await orchestrator.create(readExample('custom', 'not-let-go'));
  await vi.waitUntil(() => log.includes('the current step has changed'), waiting);
  await simulator().addFault({ kind: 'status', status: 503, call: 'getEventSteps' });
  await simulator().addFault({ kind: 'status', status: 503, call: 'getCluster' });
  await vi.waitUntil(() => log.includes('a poll failed'), waiting);
  await simulator().clearFaults();
  await simulator().addFault({ kind: 'refuse', status: 400, code: 'No', call: 'deleteCluster', name: 'not-let-go' });
  const { outcome } = await ended(orchestrator, create);
  expect(outcome).toMatchObject({ outcome: 'failed', cleanup: { status: 'incomplete' } });
  expect(await worker.stop()).toBe(0);

  const entries = log
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { msg: string });
  const workflowId = `cce:${account}:bj:not-let-go`;
  const clusterID = outcome?.clusterID;
  const anyText = expect.stringMatching(/./) as string;
  // Which steps the polls see depends on when they come.
  const stepNames = creationSteps.map(({ stepName }) => stepName).join('|');
  const anyStep = expect.stringMatching(`^(${stepNames})$`) as string;
  for (const entry of [
    {
      msg: 'the service accepted the create',
      activityType: 'submitCluster',
      clusterName: 'not-let-go',
      requestID: anyText,
    },
    { msg: 'the current step has changed', activityType: 'watchCluster', step: anyStep, status: 'doing' },
    { msg: 'a poll failed', activityType: 'watchCluster', step: anyStep, requestID: anyText },
    { msg: 'Activity failed', activityType: 'deleteCluster', requestID: anyText },
    {
      msg: 'the operation has failed',
      clusterName: 'not-let-go',
      outcome: 'failed',
      step: '连通 APIServer',
      reason: expect.stringContaining('no stock') as string,
    },
  ]) {
    const found = entries.filter(({ msg }) => msg === entry.msg);
    expect(found).toContainEqual(expect.objectContaining({ workflowId, clusterID, ...entry }));
  }
});
