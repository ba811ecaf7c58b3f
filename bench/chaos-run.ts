import { setTimeout as pause } from 'node:timers/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection, isGrpcServiceError, ServiceError } from '@temporalio/client';
import { describeOperation } from '../client/find-operation.ts';
import { createOrchestrator, type OperationReference, type OperationStatus } from '../client/index.ts';
import { statusOf } from '../client/operation-status.ts';
import { createWorkflowID } from '../contract/identity.ts';
import { startTemporalServer, type TemporalServer } from '../local/temporal-server.ts';
import { startWorkerProcess, type WorkerProcess } from '../local/worker-process.ts';
import type { FaultInput } from '../simulator/fault-schema.ts';
import { startSimulator, type SimulatorProcess } from '../simulator/process.ts';
import { planChaos, type PlannedCluster } from './chaos-plan.ts';
import { chaosRequest, secretValue } from './chaos-request.ts';
import { judge, type ChaosVerdict, type EndedCluster } from './chaos-verdict.ts';

export interface ChaosOptions {
  clusters: number;
  seed: string;
  /** The period in which all creates are requested, in milliseconds. */
  spanMs: number;
  /** The time from the start after which a running operation counts as stuck, in milliseconds. */
  deadlineMs: number;
  /** The number of workers to kill. @default as many as fit in before the last operation ends */
  workerKills?: number;
  /** The arguments of node that start a worker. */
  workerEntry?: readonly string[];
  /** The arguments of node that start the simulator. */
  simulatorEntry?: readonly string[];
  /** Called with progress messages. */
  say: (line: string) => void;
}

/** The time limit of each create. An operation that takes longer is stuck. */
export const createLimitSeconds = 1_200;

/** The faults of the service. More than a fifth of the responses to creates are lost after the effect. */
const faults: readonly FaultInput[] = [
  // Lasts longer than a create searches for its cluster, so it creates a second one and must delete it again.
  { kind: 'list-lag', seconds: 150, name: '*-createLate' },
  { kind: 'step-fails', step: 3, recoverAfterSeconds: 10, name: '*-createLate' },
  { kind: 'drop-after', call: 'createCluster', name: '*-createLate', probability: 0.7 },
  { kind: 'drop-after', call: 'createCluster', probability: 0.2 },
  { kind: 'status', status: 502, when: 'after', call: 'createCluster', probability: 0.05 },
  { kind: 'truncated', call: 'createCluster', probability: 0.05 },
  { kind: 'drop-before', call: 'createCluster', probability: 0.02 },
  { kind: 'throttle', retryAfterSeconds: 1, call: 'createCluster', probability: 0.05 },
  { kind: 'list-lag', seconds: 4, probability: 0.3 },
  { kind: 'create-failed', step: 4, probability: 0.05 },
  { kind: 'step-fails', step: 3, recoverAfterSeconds: 2, probability: 0.1 },
  { kind: 'delete-failed', times: 1, probability: 0.05 },
  { kind: 'status', status: 503, call: 'getEventSteps', probability: 0.03 },
  { kind: 'truncated', call: 'getEventSteps', probability: 0.02 },
  { kind: 'throttle', retryAfterSeconds: 1, call: 'listClusters', probability: 0.03 },
  { kind: 'html', call: 'listClusters', probability: 0.02 },
  { kind: 'drop-after', call: 'deleteCluster', probability: 0.1 },
  { kind: 'latency', ms: 300, probability: 0.05 },
];

/** Creates, cancels and deletes clusters in random order while processes and calls fail, and checks what remains. */
export async function runChaos(options: ChaosOptions): Promise<ChaosVerdict> {
  const { say } = options;
  const plan = planChaos(options.seed, options.clusters, options.spanMs);
  const folder = await mkdtemp(join(tmpdir(), 'cce-orchestrator-chaos-'));
  const databaseFile = join(folder, 'temporal.db');
  let temporal = await startTemporalServer({ databaseFile });
  const flags = faults.map((fault) => `--fault=${JSON.stringify(fault)}`);
  const simulator = await startSimulator(
    [`--seed=${options.seed}`, '--create-seconds=8', '--delete-seconds=2', ...flags],
    options.simulatorEntry,
  );
  const connection = await Connection.connect({ address: temporal.address });
  const client = new Client({ connection, namespace: temporal.namespace });
  const scope = { account: 'chaos', region: 'bj' };
  const orchestrator = createOrchestrator({ client, ...scope });
  const startWorker = () => startWorkerProcess(environmentOf(temporal, simulator), options.workerEntry);
  const over = new AbortController();
  const foreign = await plantForeign(simulator, plan.clusters);
  const workers = await Promise.all([startWorker(), startWorker()]);
  // Only now: workers take seconds to start, and a plan that began earlier would do everything at once.
  const startedAt = Date.now();
  const at = (ms: number) => pause(Math.max(0, startedAt + ms - Date.now()));
  const killing = killInTurn(workers, startWorker, plan.killPausesMs.slice(0, options.workerKills), over.signal);
  const restarting = at(plan.serverRestartAtMs).then(async () => {
    say('killing the Temporal server');
    await temporal.stop();
    temporal = await startTemporalServer({ databaseFile, port: Number(temporal.address.split(':')[1]) });
    say('the Temporal server runs again on its database');
  });
  try {
    const deadlineAt = startedAt + options.deadlineMs;
    const ended = await Promise.all(plan.clusters.map((cluster) => live(cluster, deadlineAt)));
    await restarting;
    over.abort();
    say(`workers killed: ${await killing}`);
    return await judge({ ended, simulator, client, foreign, scope, secretValue });
  } finally {
    over.abort();
    await killing;
    await Promise.all(workers.map((worker) => worker.kill()));
    await connection.close();
    await simulator.stop();
    await temporal.stop();
    await rm(folder, { recursive: true });
  }

  async function live(cluster: PlannedCluster, deadlineAt: number): Promise<EndedCluster> {
    const { clusterName, action } = cluster;
    await at(cluster.createAtMs);
    const create = () =>
      insist(() => orchestrator.create(chaosRequest(clusterName), { timeoutSeconds: createLimitSeconds }));
    const [operation] = await Promise.all(action === 'createTwice' ? [create(), create()] : [create()]);
    if (action === 'cancel' || action === 'cancelTwice' || action === 'cancelNatively' || action === 'delete') {
      await at(cluster.thenAtMs);
    }
    let last: OperationReference = operation;
    if (action === 'cancel' || action === 'cancelTwice') await cancel(operation);
    if (action === 'cancelTwice') await cancel(operation);
    if (action === 'cancelNatively') await cancel(operation, 'natively');
    if (action === 'delete') last = await insist(() => orchestrator.delete(clusterName));
    const createEnd = await endOf(operation, deadlineAt);
    if (action === 'deleteAfter') last = await insist(() => orchestrator.delete(clusterName));
    const end = last.runID === operation.runID ? createEnd : await endOf(last, deadlineAt);
    return { ...cluster, createEnd, end };
  }

  async function cancel({ workflowID, runID }: OperationReference, how?: 'natively'): Promise<void> {
    const handle = client.workflow.getHandle(workflowID, runID);
    const name = workflowID.slice(createWorkflowID(scope, '').length);
    await insist(() => (how === 'natively' ? handle.cancel() : orchestrator.cancel(name))).catch(() => {
      // The create has already ended, so there is nothing to cancel.
    });
  }

  /** Returns `undefined` if the operation has not ended by the deadline. */
  async function endOf(operation: OperationReference, deadlineAt: number): Promise<OperationStatus | undefined> {
    while (Date.now() < deadlineAt) {
      const found = await insist(() => describeOperation(client, operation.workflowID, operation.runID));
      if (found !== undefined && found.execution !== 'running') return insist(() => statusOf(client, found));
      await pause(2_000);
    }
    return undefined;
  }
}

/** Repeats a call to Temporal while its server is down. All calls here are safe to repeat. */
async function insist<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof ServiceError) && !isGrpcServiceError(error)) throw error;
      await pause(500);
    }
  }
}

/** Kills the workers in turn and replaces each; returns the number of kills. */
async function killInTurn(
  workers: WorkerProcess[],
  startWorker: () => Promise<WorkerProcess>,
  pausesMs: readonly number[],
  over: AbortSignal,
): Promise<number> {
  for (const [kills, pauseMs] of pausesMs.entries()) {
    const isOver = await pause(pauseMs, false, { signal: over }).catch(() => true);
    if (isOver) return kills;
    await workers[kills % workers.length]?.kill();
    // A worker cannot start while the Temporal server is down.
    for (let started = false; !started && !over.aborted;) {
      try {
        workers[kills % workers.length] = await startWorker();
        started = true;
      } catch {
        await pause(500);
      }
    }
  }
  return pausesMs.length;
}

async function plantForeign(simulator: SimulatorProcess, clusters: readonly PlannedCluster[]): Promise<string[]> {
  const names = clusters.filter(({ action }) => action === 'nameTaken').map(({ clusterName }) => clusterName);
  return Promise.all(
    [...names, 'production', 'chaos-production'].map((clusterName) =>
      simulator.plantCluster({
        spec: { ...chaosRequest(clusterName).cluster, description: 'not ours' },
        phase: 'running',
      }),
    ),
  );
}

function environmentOf(temporal: TemporalServer, simulator: SimulatorProcess): Record<string, string> {
  return {
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    CCE_ACCOUNT: 'chaos',
    CCE_ENDPOINT: simulator.url,
    CCE_POLL_INTERVAL: '1s',
    CCE_LOG_LEVEL: 'info',
    // Payloads must be unencrypted, so that the verdict can find a secret in a history.
    CCE_ENCRYPTION: 'off',
    BCE_ACCESS_KEY_ID: simulator.accessKeyID,
    BCE_SECRET_ACCESS_KEY: simulator.secretAccessKey,
    CHAOS_PASSWORD: secretValue,
  };
}
