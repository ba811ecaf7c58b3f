#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { loadClientConfigProfile, toClientOptions } from '@temporalio/envconfig';
import { NativeConnection } from '@temporalio/worker';
import {
  checkNamespace,
  describeUnreachable,
  readConnectionSettings,
} from '../temporal/connection/connection-settings.ts';
import { dataConverterOf } from '../temporal/encryption/data-converter.ts';
import { readEncryption, type Encryption } from '../temporal/encryption/encryption.ts';
import { OrchestratorError } from '../temporal/orchestrator-error.ts';
import { startTracing } from '../temporal/tracing/start-tracing.ts';
import type { Tracing } from '../temporal/tracing/tracing.ts';
import { bakedBuildID } from './bundle/build-id.ts';
import { builtBundlePath } from './bundle/load-workflows.ts';
import { answerArguments } from './command-line.ts';
import { readConfiguration, type WorkerConfiguration } from './configuration.ts';
import { freeLoopbackPort } from './free-port.ts';
import { startHTTPServer } from './http-server.ts';
import { installRuntime } from './install-runtime.ts';
import { createLogger } from './logger.ts';
import { runWorker, type RunningWorker } from './run-worker.ts';

const answer = answerArguments(process.argv.slice(2));
if (answer !== undefined) {
  if (answer.stdout !== undefined) process.stdout.write(`${answer.stdout}\n`);
  if (answer.stderr !== undefined) process.stderr.write(`${answer.stderr}\n`);
  process.exit(answer.exitCode);
}
// On a machine with much memory, V8 lets garbage grow to several times the live heap. Earlier collections cost nothing
// measurable, and 500 clusters in progress take a fifth less memory.
setFlagsFromString('--heap-growing-percent=30');
const { configuration, encryption } = settingsOrExit();
const logger = createLogger(configuration.logLevel);
// After an uncaught error anything may be half done: another process starts from the state in Temporal.
process.on('uncaughtException', (error) => {
  logger.error('an uncaught error ends the worker', { error });
  process.exit(1);
});
// There is nothing to hand over before the worker takes work. From then on the SDK's own handlers do that.
let takesWork = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    if (takesWork) return;
    logger.info('worker has stopped before it took work');
    process.exit(0);
  });
}
// Exits explicitly: a native connection that never came up would keep the process alive, and nobody would restart it.
process.exit(await run());

function settingsOrExit(): { configuration: WorkerConfiguration; encryption: Encryption } {
  try {
    const settings = readConfiguration(process.env, bakedBuildID());
    return { configuration: settings, encryption: readEncryption(process.env, (path) => readFileSync(path, 'utf8')) };
  } catch (error) {
    if (!isConfigurationProblem(error)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}

/** Returns the exit code. */
async function run(): Promise<number> {
  if (!encryption.encrypts)
    logger.warn('payloads are NOT encrypted: Temporal stores the content of specs in clear text');
  let tracing: Tracing | undefined;
  try {
    tracing = await startTracing('cce-worker', (message, error) => logger.warn(message, { error }));
    await work(tracing);
    return 0;
  } catch (error) {
    logger.error('the worker cannot go on', { error });
    return isConfigurationProblem(error) ? 2 : 1;
  } finally {
    await tracing?.stop();
  }
}

/** Takes work until the process receives SIGTERM. */
async function work(tracing: Tracing | undefined): Promise<void> {
  let worker: RunningWorker | undefined;
  await serveTelemetry(() => worker?.isRunning() ?? false);
  const { connection, namespace } = await connectToTemporal();
  const workflowBundlePath = builtBundlePath(
    tracing === undefined ? 'workflow-bundle.js' : 'workflow-bundle-traced.js',
  );
  worker = await runWorker({
    configuration,
    connection,
    namespace,
    dataConverter: dataConverterOf(encryption),
    ...(workflowBundlePath !== undefined && { workflowBundlePath }),
    ...(tracing && { tracing }),
  });
  const { account, region } = configuration;
  takesWork = true;
  // local/worker-process.ts waits for this line.
  logger.info('worker is running', { account, region, namespace });
  await worker.stopped;
  await connection.close();
  logger.info('worker has stopped');
}

/** Connects the SDK's log to ours and, if `CCE_HTTP_PORT` is set, serves probes and metrics. */
async function serveTelemetry(isReady: () => boolean): Promise<void> {
  const { httpPort } = configuration;
  if (httpPort === undefined) return installRuntime(logger, undefined);
  const metricsAddress = `127.0.0.1:${await freeLoopbackPort()}`;
  installRuntime(logger, metricsAddress);
  const port = await startHTTPServer({ port: httpPort, metricsAddress, isReady });
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

function isConfigurationProblem(error: unknown): error is OrchestratorError {
  return error instanceof OrchestratorError && error.kind === 'configuration';
}
