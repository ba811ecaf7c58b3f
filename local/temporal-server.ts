import { Connection } from '@temporalio/client';
import { execa } from 'execa';
import { freeLoopbackPort } from '../worker/free-port.ts';
import { findTemporalBinary } from './temporal-binary.ts';

/** How to run the dev server; none of it applies to a server named by `TEMPORAL_ADDRESS`. */
export interface TemporalServerOptions {
  /** SQLite file that outlives the server; default: in memory. */
  databaseFile?: string;
  /** Serve the web UI as well. Default: no. */
  ui?: boolean;
  /** Is told the address of the web UI, and says where that finds its codec server. Default: it has none. */
  codecEndpoint?: (uiUrl: string) => Promise<string>;
  /** gRPC port. Default: any free one. */
  port?: number;
}

/** A Temporal server that answers. */
export interface TemporalServer {
  /** `host:port` of the gRPC endpoint. */
  address: string;
  namespace: string;
  /** Address of the web UI, when it was asked for. */
  uiUrl?: string;
  /** Absent for the server that `TEMPORAL_ADDRESS` names. */
  processID?: number;
  /** Kills the server and waits until it is gone, so that its port is free again. May be called twice. */
  stop(): Promise<void>;
  /** Kills the server at once, as a crash would, and does not wait; `stop` afterwards does. */
  kill(): void;
}

/** Generous, for a cold 150 MB binary on a busy machine; usually well under a second. */
const startTimeoutMs = 30_000;

/**
 * Starts Temporal's dev server on 127.0.0.1 and waits until it answers. When `TEMPORAL_ADDRESS` is set, hands out that
 * server instead, untested, and `stop` and `kill` leave it alone. The namespace is `TEMPORAL_NAMESPACE`, else `default`.
 *
 * The server dies with this process when that exits, but stays out of the way of Ctrl-C, so that the caller can
 * still wind up its work. A process that handles neither SIGINT nor SIGTERM leaves the server running.
 *
 * @throws Error when there is no binary (see {@link findTemporalBinary}), the port is taken, or the server does not
 *   answer within 30 seconds; the message carries what the server printed.
 */
export async function startTemporalServer(options: TemporalServerOptions = {}): Promise<TemporalServer> {
  const namespace = process.env['TEMPORAL_NAMESPACE'] || 'default';
  const runningAddress = process.env['TEMPORAL_ADDRESS'];
  if (runningAddress) return { address: runningAddress, namespace, stop: async () => {}, kill: () => {} };

  const { path } = await findTemporalBinary('cli');
  // Checked before the start, because a server that already answers there would be taken for ours.
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
    // Detached: a terminal sends Ctrl-C to the whole process group, and the server would be gone before the worker.
    { detached: true, stdin: 'ignore', stdout: 'ignore', stderr: 'pipe', buffer: false, reject: false },
  );
  // SQLite survives a kill, and the server takes 3 s to stop when asked nicely.
  const kill = () => {
    server.kill('SIGKILL');
  };
  process.once('exit', kill);
  const exited = server.finally(() => process.off('exit', kill));

  // Read to the end even after the start, or a full pipe would block the server.
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
    // Short, because its timer outlives `close` and would keep the process up after a failed start.
    connectTimeout: 500,
    // The default first retry comes after 1 s, several times longer than the server takes to start.
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
