import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createOrchestrator, generateKeyEntry, type Orchestrator } from '../client/index.ts';
import { startSimulator, type SimulatorProcess } from '../simulator/process.ts';
import { connectClient } from '../temporal/connection/connect-client.ts';
import { startTemporalServer } from './temporal-server.ts';
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts';

export type { SimulatorProcess } from '../simulator/process.ts';
export type { WorkerProcess } from './worker-process.ts';

export interface TestKitOptions {
  /** How long the simulated service takes to create a cluster, in seconds. @default 1 */
  createSeconds?: number;
  /** How long it takes to delete one, in seconds. @default 0 */
  deleteSeconds?: number;
  /** Further flags of the simulator, such as `['--quota', '5']`; see simulator/README.md. */
  simulatorFlags?: readonly string[];
}

/** Everything that a test of your own code needs, on this machine alone. */
export interface TestKit {
  /** The library, connected, under an account and an encryption key of this kit's own. */
  orchestrator: Orchestrator;
  /** The simulated CCE service: its clusters, its log of calls, and faults to add. */
  simulator: SimulatorProcess;
  /** The worker that runs at the moment. Kill it, and start the next one, to try a crash. */
  worker: () => WorkerProcess;
  /** Starts the next worker. */
  startWorker: () => Promise<WorkerProcess>;
  /** The variables by which a process of yours, `ccectl` or `cce-server` reaches the same service. */
  environment: Readonly<Record<string, string>>;
  /** Stops everything. */
  stop: () => Promise<void>;
}

/**
 * Starts a Temporal server, a simulated CCE service and a worker, each in a process of its own, for the tests of code that uses
 * this package. Takes some seconds. Kits do not disturb each other, also on one Temporal server: if `TEMPORAL_ADDRESS` is set,
 * the kit uses that one instead of its own.
 *
 * @example
 * ```ts
 * import { createTestKit } from 'cce-orchestrator/test-kit';
 *
 * const kit = await createTestKit();
 * try {
 *   await kit.simulator.addFault({ kind: 'create-failed', step: 2, name: 'web-1', message: 'no stock' });
 *   await orderClusters(kit.orchestrator); // your code
 *   console.log(await kit.simulator.clusters());
 * } finally {
 *   await kit.stop();
 * }
 * ```
 *
 * @throws Error if there is no Temporal server on this machine, and none can be downloaded; the message says what to do
 */
export async function createTestKit({
  createSeconds = 1,
  deleteSeconds = 0,
  simulatorFlags = [],
}: TestKitOptions = {}): Promise<TestKit> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (let last = stops.pop(); last !== undefined; last = stops.pop()) await last();
  };
  try {
    const temporal = await startTemporalServer();
    stops.push(() => temporal.stop());
    const flags = [
      '--create-seconds',
      String(createSeconds),
      '--delete-seconds',
      String(deleteSeconds),
      ...simulatorFlags,
    ];
    const simulator = await startSimulator(flags, entryOf('simulator'));
    stops.push(() => simulator.stop());
    const scope = { account: `test-${randomUUID().slice(0, 8)}`, region: 'bj' };
    const environment = {
      TEMPORAL_ADDRESS: temporal.address,
      TEMPORAL_NAMESPACE: temporal.namespace,
      CCE_ENDPOINT: simulator.url,
      CCE_ACCOUNT: scope.account,
      CCE_REGION: scope.region,
      CCE_POLL_INTERVAL: '100ms',
      CCE_ENCRYPTION_KEYS: generateKeyEntry('test-kit'),
      BCE_ACCESS_KEY_ID: simulator.accessKeyID,
      BCE_SECRET_ACCESS_KEY: simulator.secretAccessKey,
    };
    const { client, close } = await connectClient({ ...process.env, ...environment });
    stops.push(close);
    const startWorker = () => startWorkerProcess(environment, entryOf('worker'));
    let worker = await startWorker();
    stops.push(() => worker.stop());
    return {
      orchestrator: createOrchestrator({ client, ...scope }),
      simulator,
      worker: () => worker,
      startWorker: async () => (worker = await startWorker()),
      environment,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Programs of the package run as they were built; in this repository they run from source. */
function entryOf(program: 'simulator' | 'worker'): readonly string[] | undefined {
  if (import.meta.url.endsWith('.ts')) return undefined;
  return [fileURLToPath(new URL(`../${program}/main.js`, import.meta.url))];
}
