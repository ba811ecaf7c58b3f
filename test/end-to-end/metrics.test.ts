import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { TooManyMatchesError } from '../../client/index.ts';
import { taskQueue } from '../../contract/identity.ts';
import type { WorkerProcess } from '../../local/worker-process.ts';
import { freeLoopbackPort } from '../../worker/free-port.ts';
import { createItem, deleteItem } from '../batches.ts';
import { readExample } from '../examples.ts';
import { alertExpressions, dashboardExpressions, partsOf } from '../monitoring-expressions.ts';
import { ended, workerEnvironment } from '../orchestration.ts';
import { startWorkerProcess } from '../processes.ts';
import { useService } from '../service.ts';
import { waiting } from '../waiting.ts';

const marker = '[cce-orchestrator 0123456789abcdef 0123456789abcdef]';

describe('the metrics of a worker', () => {
  const { simulator, orchestration } = useService(['--create-seconds', '1', '--delete-seconds', '0'], {
    worker: false,
  });
  let worker: WorkerProcess;
  let url: string;

  beforeAll(async () => {
    const port = await freeLoopbackPort();
    url = `http://127.0.0.1:${port}/metrics`;
    worker = await startWorkerProcess({
      ...workerEnvironment(orchestration(), simulator()),
      CCE_HTTP_PORT: String(port),
    });
  });

  afterAll(() => worker.kill());

  const scrape = async () => (await fetch(url)).text();

  it('have the counters of what is rare before it happens', async () => {
    const metrics = await scrape();
    for (const line of [
      /^cce_adoptions_total\{.*workflowType="createCluster"\} 0$/m,
      /^cce_duplicates_total\{.*deleted="true",.*\} 0$/m,
      /^cce_duplicates_total\{.*deleted="false",.*\} 0$/m,
      /^cce_cleanups_incomplete_total\{.*\} 0$/m,
      /^cce_sweeps_total\{.*result="skipped",.*workflowType="reconcileClusters"\} 0$/m,
      /^cce_sweeps_total\{.*result="refused",.*workflowType="teardownSweep"\} 0$/m,
      /^cce_webhook_events_parked_total\{.*workflowType="webhookDelivery"\} 0$/m,
      /^cce_api_throttled_total\{account="test-[^"]+",call="createCluster",region="bj"\} 0$/m,
      /^cce_clusters_watched\{.*\} 0$/m,
      /^cce_deletions_overdue\{.*\} 0$/m,
      /^cce_scope_ready\{account="test-[^"]+",region="bj"\} 1$/m,
    ]) {
      expect(metrics).toMatch(line);
    }
  });

  it('tell of scheduled sweeps that are skipped, refused, or completed, and not of those that a person starts', async () => {
    const { orchestrator, client, account } = orchestration();
    const sweeps = async (workflowType: string, result: string) => {
      const line = new RegExp(
        `^cce_sweeps_total\\{.*result="${result}",.*workflowType="${workflowType}"\\} (\\d+)$`,
        'm',
      );
      return Number(line.exec(await scrape())?.[1]);
    };
    for (const clusterName of ['sweep-1', 'sweep-2']) {
      const spec = { ...readExample('managed', clusterName).cluster, description: marker };
      await simulator().plantCluster({ spec, phase: 'running' });
    }
    const plan = { filter: { name: 'sweep-*' }, maximum: 1 };
    await expect(orchestrator.teardown.find(plan)).rejects.toThrow(TooManyMatchesError);
    await orchestrator.reconcile();
    const deletion = { options: {}, concurrency: 1, failurePolicy: 'continue' } as const;
    await orchestrator.teardown.schedules.set('too-many', 24 * 3600, { ...plan, delete: deletion });
    await client.schedule.getHandle(`cce:${account}:bj:teardown:too-many`).trigger();
    await vi.waitUntil(async () => (await sweeps('teardownSweep', 'refused')) > 0, waiting);
    expect(await sweeps('teardownSweep', 'refused')).toBe(1);
    await orchestrator.teardown.schedules.remove('too-many');

    expect(await sweeps('reconcileClusters', 'completed')).toBe(0);
    await simulator().addFault({ kind: 'latency', ms: 2_100, call: 'listClusters', times: 1 });
    await orchestrator.reconcileSchedule.set(1);
    await vi.waitUntil(async () => (await sweeps('reconcileClusters', 'skipped')) > 0, waiting);
    await vi.waitUntil(async () => (await sweeps('reconcileClusters', 'completed')) > 0, waiting);
    await orchestrator.reconcileSchedule.remove();
    expect(await sweeps('reconcileClusters', 'failed')).toBe(0);
  });

  it('tell of a batch while it runs', async () => {
    const { orchestrator } = orchestration();
    const before = ['there-before', 'to-go'].map(async (name) =>
      ended(orchestrator, await orchestrator.create(readExample('custom', name))),
    );
    await Promise.all(before);
    await simulator().addFault({ kind: 'throttle', call: 'createCluster', nth: 1, retryAfterSeconds: 1 });
    await simulator().addFault({ kind: 'create-failed', name: 'fails', step: 2 });
    // A create that fails, and whose cluster the service then does not let go.
    await simulator().addFault({ kind: 'create-failed', name: 'not-let-go', step: 2 });
    await simulator().addFault({ kind: 'refuse', status: 400, code: 'No', call: 'deleteCluster', name: 'not-let-go' });
    await simulator().addFault({ kind: 'stuck-step', name: 'stuck-*', step: 3 });
    await simulator().addFault({ kind: 'drop-after', call: 'createCluster', name: 'twice', times: 1 });
    const creates = ['good', 'there-before', 'fails', 'twice', 'stuck-1', 'stuck-2', 'not-let-go'].map((name) =>
      createItem(name),
    );
    const items = [...creates, deleteItem('to-go')];
    await orchestrator.batches.start({ name: 'metered', items, concurrency: 10, failurePolicy: 'continue' });
    const twice = await vi.waitUntil(
      async () => (await simulator().clusters()).find(({ clusterName }) => clusterName === 'twice'),
      waiting,
    );
    // A request that was thought lost arrives after all.
    await simulator().plantCluster({ spec: twice.spec });
    const progress = () => orchestrator.batches.status('metered').then((status) => status.progress);
    const all = { stage: 'running', underWay: 2, succeeded: 4, failed: 2 };
    await vi.waitFor(async () => expect(await progress()).toMatchObject(all), waiting);

    const lines = [
      /^cce_clusters_watched\{.*\} 2$/m,
      /^cce_api_requests_total\{.*call="createCluster",code="",.*status="200"\} [1-9]/m,
      /^cce_api_requests_total\{.*call="createCluster",code="RequestLimitExceeded",.*status="429"\} 1$/m,
      /^cce_api_requests_total\{.*call="createCluster",code="CceNetworkError",.*status="none"\} 1$/m,
      /^cce_api_throttled_total\{.*call="createCluster",.*\} 1$/m,
      /^cce_api_request_seconds_bucket\{.*call="getEventSteps",.*le="10"\} [1-9]/m,
      /^cce_budget_wait_seconds_count\{.*urgency="batch"\} [1-9]/m,
      /^cce_budget_wait_seconds_count\{.*urgency="operation"\} [1-9]/m,
      /^cce_budget_rate\{.*\} \d/m,
      /^cce_step_seconds_count\{.*outcome="done",.*step="部署 K8S 插件"\} [1-9]/m,
      /^cce_step_seconds_count\{.*outcome="failed",.*step="创建 BLB"\} 2$/m,
      /^cce_create_seconds_count\{.*outcome="running",.*\} 5$/m,
      /^cce_create_seconds_count\{.*outcome="failed",.*\} 2$/m,
      /^cce_delete_seconds_count\{.*outcome="deleted",.*\} 1$/m,
      /^cce_adoptions_total\{.*\} 1$/m,
      /^cce_duplicates_total\{.*deleted="true",.*\} 1$/m,
      /^cce_cleanups_incomplete_total\{.*\} 1$/m,
    ];
    // One of those that go on may be about to be watched.
    const metrics = await vi.waitFor(async () => {
      const text = await scrape();
      for (const line of lines) expect(text).toMatch(line);
      return text;
    }, waiting);
    // A label for each cluster would be a time series for each.
    expect(metrics).not.toMatch(/"cce-[a-z0-9]{8}"|"good"/);
    await orchestrator.batches.cancel('metered');
  });

  it('are all that the alerts and the dashboard ask for', async () => {
    const scope = { account: orchestration().account, region: 'bj' };
    // What a build does with a workflow that it has no code for.
    const failing = await orchestration().client.workflow.start('fromTheFuture', {
      workflowId: `${orchestration().account}-from-the-future`,
      taskQueue: taskQueue(scope),
    });
    const metrics = await vi.waitUntil(async () => {
      const text = await scrape();
      return text.includes('temporal_workflow_task_execution_failed_total') && text;
    }, waiting);
    await failing.terminate();
    const samples = metrics.split('\n').filter((line) => !line.startsWith('#'));
    const served = new Set(samples.map((line) => /^\w+/.exec(line)?.[0]));
    const labels = new Set(samples.flatMap((line) => Array.from(line.matchAll(/[{,](\w+)="/g), ([, label]) => label)));
    for (const { place, text } of [...alertExpressions(), ...dashboardExpressions()]) {
      const named = partsOf(text);
      expect({ place, metrics: named.metrics.filter((name) => !served.has(name)) }).toEqual({ place, metrics: [] });
      expect({ place, labels: named.labels.filter((name) => !labels.has(name)) }).toEqual({ place, labels: [] });
    }
  });
});
