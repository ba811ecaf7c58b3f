import { loadClientConfigProfile, toClientOptions } from '@temporalio/envconfig';
import { NativeConnection, type Logger } from '@temporalio/worker';
import {
  checkNamespace,
  describeUnreachable,
  readConnectionSettings,
} from '../temporal/connection/connection-settings.ts';
import { dataConverterOf } from '../temporal/encryption/data-converter.ts';
import type { Encryption } from '../temporal/encryption/encryption.ts';
import { startTracing } from '../temporal/tracing/start-tracing.ts';
import type { Tracing } from '../temporal/tracing/tracing.ts';
import { builtBundlePath } from './bundle/load-workflows.ts';
import type { PoolConfiguration, ProcessConfiguration, WorkerConfiguration } from './configuration.ts';
import { freeLoopbackPort } from './free-port.ts';
import type { ProcessOptions } from './create-workers.ts';
import { startHTTPServer, type HTTPServerOptions } from './http-server.ts';
import { installRuntime } from './install-runtime.ts';
import { runWorker, type RunningWorker } from './run-worker.ts';
import { isOfPool, runPool } from './scopes/run-pool.ts';

export interface ServeOptions {
  configuration: WorkerConfiguration | PoolConfiguration;
  encryption: Encryption;
  logger: Logger;
  /** Called when the worker takes work. From then on the SDK handles SIGTERM and SIGINT. */
  onWork: () => void;
}

/**
 * Runs the worker of this process until it receives SIGTERM.
 *
 * @throws OrchestratorError of the kind `configuration` if the settings of the connection are wrong
 */
export async function serve(options: ServeOptions): Promise<void> {
  const { encryption, logger } = options;
  if (!encryption.encrypts) {
    logger.warn('payloads are NOT encrypted: Temporal stores the content of specs in clear text');
  }
  const tracing = await startTracing('cce-worker', (message, error) => logger.warn(message, { error }));
  try {
    await work(options, tracing);
  } finally {
    await tracing?.stop();
  }
}

async function work({ configuration, encryption, logger, onWork }: ServeOptions, tracing?: Tracing): Promise<void> {
  let worker: RunningWorker | undefined;
  let answers = async () => false;
  await serveTelemetry(configuration, logger, {
    isReady: async () => worker?.isRunning() === true && (await answers()),
    scopes: () => worker?.scopes() ?? [],
  });
  const { connection, namespace } = await connectToTemporal();
  answers = () => temporalAnswers(connection);
  const workflowBundlePath = builtBundlePath(
    tracing === undefined ? 'workflow-bundle.js' : 'workflow-bundle-traced.js',
  );
  const shared = {
    connection,
    namespace,
    dataConverter: dataConverterOf(encryption),
    ...(workflowBundlePath !== undefined && { workflowBundlePath }),
    ...(tracing && { tracing }),
  };
  worker = await runConfigured(configuration, shared);
  onWork();
  // local/worker-process.ts waits for this line.
  logger.info('worker is running', { ...labelsOf(configuration), namespace });
  await worker.stopped;
  await connection.close();
  logger.info('worker has stopped');
}

function runConfigured(
  configuration: WorkerConfiguration | PoolConfiguration,
  shared: ProcessOptions,
): Promise<RunningWorker> {
  if (isOfPool(configuration)) return runPool({ ...shared, configuration });
  return runWorker({ ...shared, configuration });
}

/** The fields that tell this worker apart from others in the log. */
function labelsOf(configuration: WorkerConfiguration | PoolConfiguration): object {
  const { pool } = configuration;
  if ('scopesFile' in configuration) return { pool };
  const { account, region } = configuration;
  return { account, region, ...(pool !== undefined && { pool }) };
}

/** A probe of Kubernetes waits a second by default. */
const answerMs = 800;

async function temporalAnswers(connection: NativeConnection): Promise<boolean> {
  const ask = () => connection.workflowService.getSystemInfo({});
  return connection.withDeadline(Date.now() + answerMs, ask).then(
    () => true,
    () => false,
  );
}

/** Connects the SDK's log to ours and, if `CCE_HTTP_PORT` is set, serves probes and metrics. */
async function serveTelemetry(
  { httpPort }: ProcessConfiguration,
  logger: Logger,
  readiness: Pick<HTTPServerOptions, 'isReady' | 'scopes'>,
): Promise<void> {
  if (httpPort === undefined) return installRuntime(logger, undefined);
  const metricsAddress = `127.0.0.1:${await freeLoopbackPort()}`;
  installRuntime(logger, metricsAddress);
  const port = await startHTTPServer({ port: httpPort, metricsAddress, ...readiness });
  logger.info('serving probes and metrics', { port });
}

async function connectToTemporal(): Promise<{ connection: NativeConnection; namespace: string }> {
  const reader = { loadClientConfigProfile, toClientOptions };
  const { connectionOptions, namespace = 'default' } = readConnectionSettings(process.env, reader);
  // The codec compresses large payloads before it encrypts them: a second compression would only cost both ends.
  const uncompressed = { ...connectionOptions, grpcCompression: { codec: 'none' } } as const;
  const connection = await NativeConnection.connect(uncompressed).catch((error: unknown) => {
    throw new Error(describeUnreachable(process.env, connectionOptions, error), { cause: error });
  });
  await checkNamespace(process.env, namespace, () => connection.workflowService.describeNamespace({ namespace }));
  return { connection, namespace };
}
