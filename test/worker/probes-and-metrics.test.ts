import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { execa } from 'execa';
import { startWorkerProcess, type WorkerProcess } from '../../examples/worker-process.ts';
import { freeLoopbackPort } from '../../worker/free-port.ts';
import { readExample } from '../examples.ts';
import { ended, startOrchestration, type Orchestration } from '../orchestration.ts';
import { startSimulator, type SimulatorProcess } from '../../simulator/process.ts';

describe('a worker with an HTTP port', () => {
  let simulator: SimulatorProcess;
  let orchestration: Orchestration;
  let workers: WorkerProcess[];
  let environment: Record<string, string>;
  let url: string;

  beforeEach(async () => {
    simulator = await startSimulator(['--create-seconds', '1', '--delete-seconds', '1']);
    orchestration = await startOrchestration(simulator);
    workers = [];
    const port = await freeLoopbackPort();
    url = `http://127.0.0.1:${port}`;
    environment = {
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      CCE_ENDPOINT: simulator.url,
      CCE_ACCOUNT: orchestration.account,
      CCE_POLL_INTERVAL: '200ms',
      CCE_HTTP_PORT: String(port),
      BCE_ACCESS_KEY_ID: simulator.accessKeyID,
      BCE_SECRET_ACCESS_KEY: simulator.secretAccessKey,
    };
  });

  afterEach(async () => {
    await Promise.all(workers.map((worker) => worker.kill()));
    await orchestration.stop();
    await simulator.stop();
  });

  const statusOf = async (path: string) => (await fetch(`${url}${path}`)).status;

  it('tells that it is ready, and what it did', async () => {
    workers.push(await startWorkerProcess(environment));
    await vi.waitUntil(async () => (await statusOf('/readyz')) === 200, { timeout: 20_000 });
    expect(await statusOf('/healthz')).toBe(200);

    const { orchestrator } = orchestration;
    await simulator.addFault({ kind: 'throttle', call: 'createCluster', nth: 1, retryAfterSeconds: 1 });
    await simulator.addFault({ kind: 'create-failed', name: 'bad', step: 2 });
    const creates = ['good', 'bad'].map(async (name) =>
      ended(orchestrator, await orchestrator.create(readExample('managed', name))),
    );
    expect((await Promise.all(creates)).map(({ outcome }) => outcome?.outcome)).toEqual(['running', 'failed']);
    await ended(orchestrator, await orchestrator.delete('good'));

    const metrics = await (await fetch(`${url}/metrics`)).text();
    for (const line of [
      /^cce_api_requests_total\{.*call="createCluster",code="",.*status="200".*\} 2$/m,
      /^cce_api_requests_total\{.*call="createCluster",code="RequestLimitExceeded",.*status="429".*\} 1$/m,
      /^cce_api_throttled_total\{.*call="createCluster".*\} 1$/m,
      /^cce_api_request_seconds_bucket\{.*call="getEventSteps".*le="10".*\} [1-9]/m,
      /^cce_budget_wait_seconds_count\{.*urgency="operation".*\} [1-9]/m,
      /^cce_budget_rate(\{.*\})? \d/m,
      /^cce_clusters_watched(\{.*\})? 0$/m,
      /^cce_step_seconds_count\{.*status="done",step="[^"]+".*\} [1-9]/m,
      /^cce_create_seconds_count\{.*outcome="running".*\} 1$/m,
      /^cce_create_seconds_count\{.*outcome="failed".*\} 1$/m,
      /^cce_delete_seconds_count\{.*outcome="deleted".*\} 1$/m,
      /^temporal_workflow_completed_total\{/m,
      /^temporal_worker_task_slots_available\{/m,
    ]) {
      expect(metrics).toMatch(line);
    }
    // A label for each cluster would be a time series for each.
    expect(metrics).not.toMatch(/"cce-[a-z0-9]{8}"|"good"/);
  });

  it('ends where the service refuses its keys, and says which settings those are', async () => {
    const { exitCode, stderr } = await execa(process.execPath, ['--import', 'tsx', 'worker/main.ts'], {
      env: { ...environment, BCE_SECRET_ACCESS_KEY: 'wrong' },
      reject: false,
    });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/BCE_ACCESS_KEY_ID, BCE_SECRET_ACCESS_KEY: the service refuses them \(403/);
    expect(stderr).not.toContain('"worker is running"');
  });

  it('is alive but not ready as long as the service does not answer', async () => {
    await simulator.addFault({ kind: 'status', status: 503, when: 'before' });
    const starting = startWorkerProcess(environment).then((worker) => workers.push(worker));
    await vi.waitUntil(async () => (await statusOf('/healthz').catch(() => 0)) === 200, { timeout: 20_000 });
    await vi.waitUntil(async () => (await simulator.log('listClusters')).length > 0, { timeout: 20_000 });
    expect(await statusOf('/readyz')).toBe(503);
    await simulator.clearFaults();
    await starting;
    await vi.waitUntil(async () => (await statusOf('/readyz')) === 200, { timeout: 20_000 });
  });
});
