import { randomBytes } from 'node:crypto';
import { connect, generateKeyEntry, loadEncryption, type Orchestrator } from '../client/index.ts';
import { startSimulator, type SimulatorProcess } from '../simulator/process.ts';
import { createCodecServer } from '../temporal/encryption/codec-server.ts';
import { startTemporalServer, type TemporalServer } from './temporal-server.ts';
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts';

/** Everything that is needed to run clusters on one machine: three processes and a client. */
export interface Stack {
  temporal: TemporalServer;
  simulator: SimulatorProcess;
  orchestrator: Orchestrator;
  /** The environment variables by which the user's own worker or `ccectl` reaches this stack. */
  environment: Record<string, string>;
  /** A notice about the throw-away key that encrypts payloads; absent if the user has set keys or turned encryption off. */
  keyNotice?: string;
  startWorker: () => Promise<WorkerProcess>;
  /** Stops Temporal and the simulator. Whoever started a worker must stop it. */
  stop: () => Promise<void>;
}

export interface StackOptions {
  /** How long the simulated service takes to create a cluster, in seconds. */
  createSeconds: number;
  deleteSeconds: number;
  /** The value of `CCE_POLL_INTERVAL`, for example `1s`. */
  pollInterval: string;
  /** Whether to serve Temporal's Web UI, and a codec server that decrypts for it. */
  ui?: boolean;
}

/** Starts a simulated CCE service and a Temporal server, or uses the server at `TEMPORAL_ADDRESS`. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const encryption = encryptionSettings();
  const codecServers: CodecServer[] = [];
  const temporal = await startTemporalServer({
    ui: options.ui ?? false,
    codecEndpoint: async (uiUrl) => {
      const codecServer = await startCodecServer(uiUrl, { ...process.env, ...encryption });
      codecServers.push(codecServer);
      return codecServer.endpoint;
    },
  });
  const simulator = await startSimulator([
    `--create-seconds=${options.createSeconds}`,
    `--delete-seconds=${options.deleteSeconds}`,
  ]);
  // A shared server needs a separate account: a worker of another stack would take this stack's work to another service,
  // find no cluster there, and conclude that the cluster is gone.
  const account = process.env.TEMPORAL_ADDRESS ? `local-${process.pid}` : 'default';
  const environment = {
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    CCE_ENDPOINT: simulator.url,
    CCE_ACCOUNT: account,
    CCE_REGION: 'bj',
    CCE_POLL_INTERVAL: options.pollInterval,
    ...encryption,
    BCE_ACCESS_KEY_ID: simulator.accessKeyID,
    BCE_SECRET_ACCESS_KEY: simulator.secretAccessKey,
    // The example specs refer to this variable.
    CCE_ADMIN_PASSWORD: process.env.CCE_ADMIN_PASSWORD ?? 'throw-away-1!',
  };
  // The client reads the same settings as the worker; a server that was running before may require TLS or a key.
  Object.assign(process.env, environment);
  const orchestrator = await connect();
  return {
    temporal,
    simulator,
    orchestrator,
    environment,
    ...(encryption.CCE_ENCRYPTION_KEYS !== undefined && { keyNotice }),
    startWorker: () => startWorkerProcess(environment),
    stop: async () => {
      await orchestrator.close();
      await simulator.stop();
      await temporal.stop();
      await Promise.all(codecServers.map((codecServer) => codecServer.close()));
    },
  };
}

const keyNotice =
  'PAYLOADS ARE ENCRYPTED WITH A THROW-AWAY KEY, which is lost when this process ends: not for production (docs/secrets.md)';

/** Generates a key, unless the user has set keys or turned encryption off. */
function encryptionSettings(): { CCE_ENCRYPTION_KEYS?: string } {
  const { CCE_ENCRYPTION, CCE_ENCRYPTION_KEYS, CCE_ENCRYPTION_KEYS_FILE } = process.env;
  const isDecided = CCE_ENCRYPTION === 'off' || CCE_ENCRYPTION_KEYS || CCE_ENCRYPTION_KEYS_FILE;
  return isDecided ? {} : { CCE_ENCRYPTION_KEYS: generateKeyEntry('throw-away') };
}

interface CodecServer {
  /** The address, which contains the token. */
  endpoint: string;
  close: () => Promise<void>;
}

async function startCodecServer(uiUrl: string, environment: NodeJS.ProcessEnv): Promise<CodecServer> {
  const token = randomBytes(32).toString('hex');
  // The user may open the web UI under either name of this machine.
  const origins = [uiUrl, uiUrl.replace('127.0.0.1', 'localhost')];
  const server = createCodecServer({ encryption: loadEncryption(environment), token, origins });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  return { endpoint: `${url}/token/${token}`, close: () => server.close() };
}
