import { Connection } from '@temporalio/client';
import { execa } from 'execa';
import { freeLoopbackPort } from '../worker/free-port.ts';
import { findTemporalBinary } from './temporal-binary.ts';

/** Options of the dev server. They do not apply to a server named by `TEMPORAL_ADDRESS`. */
export interface TemporalServerOptions {
  /** The SQLite file that outlives the server. @default in memory */
  databaseFile?: string;
  /** Whether to serve the web UI. @default false */
  ui?: boolean;
  /** Receives the address of the web UI and returns that of its codec server. Without it the web UI has none. */
  codecEndpoint?: (uiUrl: string) => Promise<string>;
  /** The gRPC port. @default any free port */
  port?: number;
}

/** A Temporal server that answers. */
export interface TemporalServer {
  /** `host:port` of the gRPC endpoint. */
  address: string;
  namespace: string;
  /** The address of the web UI, if `ui` was set. */
  uiUrl?: string;
  /** Absent for the server that `TEMPORAL_ADDRESS` names. */
  processID?: number;
  /** Resolves when the server has ended, for whatever reason. Never for the server that `TEMPORAL_ADDRESS` names. */
  ended: Promise<void>;
  /** Kills the server and waits until it has exited, so that its port is free again. May be called twice. */
  stop(): Promise<void>;
  /** Kills the server at once, as a crash would, without waiting; call `stop` afterwards to wait. */
  kill(): void;
}

/** Long enough for a cold 150 MB binary on a busy machine; a start usually takes well under a second. */
const startTimeoutMs = 30_000;

/**
 * Starts Temporal's dev server on 127.0.0.1 and waits until it answers. If `TEMPORAL_ADDRESS` is set, returns that server
 * instead, without a check, and `stop` and `kill` do nothing. The namespace is `TEMPORAL_NAMESPACE`, else `default`.
 *
 * The server exits with this process. It does not receive Ctrl-C, so that the caller can finish its work first. A process
 * that handles neither SIGINT nor SIGTERM leaves the server running.
 *
 * @throws Error if no binary is found (see {@link findTemporalBinary}), the port is taken, or the server does not answer
 *   within 30 seconds. The message includes the server's output.
 */
export async function startTemporalServer(options: TemporalServerOptions = {}): Promise<TemporalServer> {
  const namespace = process.env['TEMPORAL_NAMESPACE'] || 'default';
  const runningAddress = process.env['TEMPORAL_ADDRESS'];
  if (runningAddress) {
    const ended = new Promise<void>(() => {});
    return { address: runningAddress, namespace, ended, stop: async () => {}, kill: () => {} };
  }
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(namespace, options);
    } catch (error) {
      // Somebody else may take a free port before the server does.
      const isTaken = options.port === undefined && String(error).includes('address already in use');
      if (!isTaken || attempt === 3) throw error;
    }
  }
}

async function start(namespace: string, options: TemporalServerOptions): Promise<TemporalServer> {
  const { path } = await findTemporalBinary('cli');
  // Checked before the start, because a server that already listens there would be mistaken for ours.
  const port = await freeLoopbackPort(options.port);
  const uiPort = options.ui === true ? await freeLoopbackPort() : undefined;
  const uiUrl = uiPort === undefined ? undefined : `http://127.0.0.1:${uiPort}`;
  const codecEndpoint = uiUrl === undefined ? undefined : await options.codecEndpoint?.(uiUrl);
  const address = `127.0.0.1:${port}`;
  const server = execa(
    path,
    [
      'server',
      'start-dev',
      '--ip=127.0.0.1',
      `--port=${port}`,
      `--namespace=${namespace}`,
      '--log-level=error',
      uiPort === undefined ? '--headless' : `--ui-port=${uiPort}`,
      ...(codecEndpoint === undefined ? [] : [`--ui-codec-endpoint=${codecEndpoint}`]),
      ...(options.databaseFile === undefined ? [] : [`--db-filename=${options.databaseFile}`]),
    ],
    // Detached: a terminal sends Ctrl-C to the whole process group, and the server would exit before the worker.
    { detached: true, stdin: 'ignore', stdout: 'ignore', stderr: 'pipe', buffer: false, reject: false },
  );
  // SQLite survives a kill, and a graceful stop takes 3 s.
  const kill = () => {
    server.kill('SIGKILL');
  };
  process.once('exit', kill);
  const exited = server.finally(() => process.off('exit', kill));

  // Reads to the end even after the start, or a full pipe would block the server.
  let firstOutput = '';
  server.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (firstOutput.length < 2_000) firstOutput += text;
  });

  const deadline = Date.now() + startTimeoutMs;
  while (!(await answers(address))) {
    const running = server.exitCode === null && server.signalCode === null;
    if (running && Date.now() < deadline) continue;
    kill();
    const { shortMessage } = await exited;
    const reason = running ? `no answer within ${startTimeoutMs} ms` : shortMessage;
    throw new Error(`No Temporal server at ${address}: ${reason}\n${firstOutput}`.trimEnd());
  }

  return {
    address,
    namespace,
    ...(uiUrl !== undefined && { uiUrl }),
    ...(server.pid !== undefined && { processID: server.pid }),
    ended: exited.then(() => {}),
    stop: async () => {
      kill();
      await exited;
    },
    kill,
  };
}

async function answers(address: string): Promise<boolean> {
  const connection = Connection.lazy({
    address,
    // Short, because its timer outlives `close` and would keep the process alive after a failed start.
    connectTimeout: 500,
    // By default the first retry waits 1 s, several times longer than the server takes to start.
    channelArgs: { 'grpc.initial_reconnect_backoff_ms': 50, 'grpc.max_reconnect_backoff_ms': 50 },
  });
  try {
    await connection.ensureConnected();
    return true;
  } catch {
    return false;
  } finally {
    await connection.close();
  }
}
