import { randomBytes } from 'node:crypto';
import { connect, generateKeyEntry, loadEncryption, type Orchestrator } from '../client/index.ts';
import { startSimulator, type SimulatorProcess } from '../simulator/process.ts';
import { createCodecServer } from '../temporal/encryption/codec-server.ts';
import { startTemporalServer, type TemporalServer } from './temporal-server.ts';
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts';

/** All that it takes to run clusters on one machine: three processes, and a client to them. */
export interface Stack {
  temporal: TemporalServer;
  simulator: SimulatorProcess;
  orchestrator: Orchestrator;
  /** The settings by which a worker or `ccectl` of the user's own reaches this stack. */
  environment: Record<string, string>;
  /** What people should know of the key that payloads are encrypted with, where it is none of their own. */
  keyNotice?: string;
  startWorker: () => Promise<WorkerProcess>;
  /** Stops Temporal and the simulator; the workers are up to who started them. */
  stop: () => Promise<void>;
}

export interface StackOptions {
  /** How long the simulated service takes to create a cluster. */
  createSeconds: number;
  deleteSeconds: number;
  /** As for `CCE_POLL_INTERVAL`, e.g. `1s`. */
  pollInterval: string;
  /** Whether to serve Temporal's Web UI, and a codec server that decrypts for it. */
  ui?: boolean;
}

/** Starts a Temporal server, or takes the one at `TEMPORAL_ADDRESS`, and a simulated CCE service. */
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
  // On a server that is shared with others it must be an account of its own: a worker of another stack would take this
  // one's work to another service, find no cluster there, and think it gone.
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
    // What the example specs refer to.
    CCE_ADMIN_PASSWORD: process.env.CCE_ADMIN_PASSWORD ?? 'throw-away-1!',
  };
  // By the same settings as everything else; with a server that was there already they may ask for TLS or a key.
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
  'PAYLOADS ARE ENCRYPTED WITH A THROW-AWAY KEY, which is lost when this ends: nothing for production (docs/secrets.md)';

/** A key, unless the user has keys of his own, or wants none. */
function encryptionSettings(): { CCE_ENCRYPTION_KEYS?: string } {
  const { CCE_ENCRYPTION, CCE_ENCRYPTION_KEYS, CCE_ENCRYPTION_KEYS_FILE } = process.env;
  const isDecided = CCE_ENCRYPTION === 'off' || CCE_ENCRYPTION_KEYS || CCE_ENCRYPTION_KEYS_FILE;
  return isDecided ? {} : { CCE_ENCRYPTION_KEYS: generateKeyEntry('throw-away') };
}

interface CodecServer {
  /** With the token in it. */
  endpoint: string;
  close: () => Promise<void>;
}

async function startCodecServer(uiUrl: string, environment: NodeJS.ProcessEnv): Promise<CodecServer> {
  const token = randomBytes(32).toString('hex');
  // The user may go to either name of this machine.
  const origins = [uiUrl, uiUrl.replace('127.0.0.1', 'localhost')];
  const server = createCodecServer({ encryption: loadEncryption(environment), token, origins });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  return { endpoint: `${url}/token/${token}`, close: () => server.close() };
}
