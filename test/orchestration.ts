import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import type { DataConverter, WorkerDeploymentVersion } from '@temporalio/common';
import { NativeConnection } from '@temporalio/worker';
import { inject } from 'vitest';
import {
  createOrchestrator,
  loadDataConverter,
  type Orchestrator,
  type OperationReference,
  type OperationStatus,
} from '../client/index.ts';
import { readExample } from './examples.ts';
import type { SimulatorProcess } from '../simulator/process.ts';
import type { WorkerConfiguration } from '../worker/configuration.ts';
import { retryUntilClosed } from '../temporal/connection/retry-until-closed.ts';
import { runWorker, type RunningWorker } from '../worker/run-worker.ts';

/** A client and as many workers as a test wants, on task queues of the test's own. */
export interface Orchestration {
  account: string;
  client: Client;
  orchestrator: Orchestrator;
  startWorker: (pollIntervalMs?: number, deploymentVersion?: WorkerDeploymentVersion) => Promise<RunningWorker>;
  /** Stops the workers that still run and closes the connections. */
  stop: () => Promise<void>;
}

/**
 * The real Temporal server, the real client, and real workers in this process.
 *
 * @param dataConverter Default: one that encrypts, by the key of all tests, see setup.ts.
 */
export async function startOrchestration(
  simulator: SimulatorProcess,
  dataConverter: DataConverter = loadDataConverter(),
  address = inject('temporalAddress'),
): Promise<Orchestration> {
  const account = `test-${randomUUID().slice(0, 8)}`;
  const clientConnection = await Connection.connect({ address, interceptors: retryUntilClosed() });
  const connection = await NativeConnection.connect({ address });
  const client = new Client({ connection: clientConnection, dataConverter });
  const workers: RunningWorker[] = [];
  return {
    account,
    client,
    orchestrator: createOrchestrator({ client, account, region: 'bj' }),
    startWorker: async (pollIntervalMs = 100, deploymentVersion?: WorkerDeploymentVersion) => {
      const configuration: WorkerConfiguration = {
        account,
        region: 'bj',
        endpoint: simulator.url,
        pathPrefix: '/v2',
        credentials: { accessKeyID: simulator.accessKeyID, secretAccessKey: simulator.secretAccessKey },
        pollIntervalMs,
        longestLagMs: 5_000,
        maximumRequestsPerSecond: 1_000,
        logLevel: 'error',
        ...(deploymentVersion !== undefined && { deploymentVersion }),
      };
      const workflowBundlePath = inject('workflowBundlePath');
      const namespace = 'default';
      const worker = await runWorker({ configuration, connection, namespace, dataConverter, workflowBundlePath });
      workers.push(worker);
      return worker;
    },
    stop: async () => {
      for (const worker of workers) worker.shutdown();
      await Promise.all(workers.map((worker) => worker.stopped));
      await connection.close();
      await clientConnection.close();
    },
  };
}

/** What a worker process of an orchestration is to be given. */
export function workerEnvironment({ account }: Orchestration, simulator: SimulatorProcess): Record<string, string> {
  return {
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    CCE_ENDPOINT: simulator.url,
    CCE_ACCOUNT: account,
    CCE_POLL_INTERVAL: '200ms',
    BCE_ACCESS_KEY_ID: simulator.accessKeyID,
    BCE_SECRET_ACCESS_KEY: simulator.secretAccessKey,
  };
}

/** Waits for the end of an operation. */
export async function ended(orchestrator: Orchestrator, operation: OperationReference): Promise<OperationStatus> {
  let last: OperationStatus | undefined;
  for await (const status of orchestrator.watch(operation)) last = status;
  if (last === undefined) throw new Error(`${operation.workflowID} showed nothing`);
  return last;
}

/** Waits until an operation shows what is asked for. */
export async function reached(
  orchestrator: Orchestrator,
  operation: OperationReference,
  isReached: (status: OperationStatus) => boolean,
): Promise<OperationStatus> {
  for await (const status of orchestrator.watch(operation)) if (isReached(status)) return status;
  throw new Error(`${operation.workflowID} ended before`);
}

/** Creates a cluster with a time to live, and waits until it runs. */
export async function runningWithLease(orchestrator: Orchestrator, clusterName: string, ttlSeconds: number) {
  const create = await orchestrator.create(readExample('managed', clusterName), { ttlSeconds });
  const running = await reached(orchestrator, create, ({ currentStep }) => currentStep?.stage === 'running');
  return { create, running };
}

/** All that an iterable gives. */
export async function allOf<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const all: Value[] = [];
  for await (const value of values) all.push(value);
  return all;
}
