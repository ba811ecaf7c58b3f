#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { loadClientConfigProfile, toClientOptions } from '@temporalio/envconfig';
import { NativeConnection, type Logger } from '@temporalio/worker';
import { ConfigurationError } from '../temporal/configuration-error.ts';
import {
  checkNamespace,
  ConnectionSettingsError,
  describeUnreachable,
  readConnectionSettings,
} from '../temporal/connection/connection-settings.ts';
import { dataConverterOf } from '../temporal/encryption/data-converter.ts';
import { EncryptionKeyError } from '../temporal/encryption/encryption-keys.ts';
import { readEncryption, type Encryption } from '../temporal/encryption/encryption.ts';
import { startTracing } from '../temporal/tracing/start-tracing.ts';
import type { Tracing } from '../temporal/tracing/tracing.ts';
import { bakedBuildID } from './bundle/build-id.ts';
import { builtBundlePath } from './bundle/load-workflows.ts';
import { readConfiguration, type WorkerConfiguration } from './configuration.ts';
import { freeLoopbackPort } from './free-port.ts';
import { startHTTPServer } from './http-server.ts';
import { installRuntime } from './install-runtime.ts';
import { createLogger } from './logger.ts';
import { runWorker, type RunningWorker } from './run-worker.ts';

// On a machine with much memory V8 lets garbage grow to several times of what lives. This much sooner it is collected at
// no measurable cost, and 500 clusters in flight take a fifth less memory.
setFlagsFromString('--heap-growing-percent=30');
const { configuration, encryption } = settingsOrExit();
const logger = createLogger(configuration.logLevel);
// What nobody has caught may have left anything half done: another process starts from what Temporal knows.
process.on('uncaughtException', (error) => {
  logger.error('an error that nobody has caught ends the worker', { error });
  process.exit(1);
});
// Exits by itself: a native connection that never came up would keep the process, and then nobody starts another one.
process.exit(await run(logger));

async function run(log: Logger): Promise<number> {
  if (!encryption.encrypts) log.warn('payloads are NOT encrypted: Temporal stores what specs contain in clear');
  let tracing: Tracing | undefined;
  try {
    tracing = await startTracing('cce-worker', (message, error) => log.warn(message, { error }));
    let worker: RunningWorker | undefined;
    const { httpPort } = configuration;
    const metricsAddress = httpPort === undefined ? undefined : `127.0.0.1:${await freeLoopbackPort()}`;
    installRuntime(log, metricsAddress);
    if (httpPort !== undefined && metricsAddress !== undefined) {
      const isReady = () => worker?.isRunning() ?? false;
      const port = await startHTTPServer({ port: httpPort, metricsAddress, isReady });
      log.info('serving probes and metrics', { port });
    }
    const reader = { loadClientConfigProfile, toClientOptions };
    const { connectionOptions, namespace = 'default' } = readConnectionSettings(process.env, reader);
    // What is worth it is compressed by the codec, before it is encrypted: doing it again would only cost both ends.
    const connection = await NativeConnection.connect({
      ...connectionOptions,
      grpcCompression: { codec: 'none' },
    }).catch((error: unknown) => {
      throw new Error(describeUnreachable(process.env, connectionOptions, error), { cause: error });
    });
    await checkNamespace(process.env, namespace, () => connection.workflowService.describeNamespace({ namespace }));
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
    log.info('worker is running', { account, region, namespace });
    await worker.stopped;
    await connection.close();
    log.info('worker has stopped');
    return 0;
  } catch (error) {
    log.error('the worker cannot go on', { error });
    return error instanceof ConfigurationError || error instanceof ConnectionSettingsError ? 2 : 1;
  } finally {
    await tracing?.stop();
  }
}

function settingsOrExit(): { configuration: WorkerConfiguration; encryption: Encryption } {
  try {
    const configuration = readConfiguration(process.env, bakedBuildID());
    const encryption = readEncryption(process.env, (path) => readFileSync(path, 'utf8'));
    return { configuration, encryption };
  } catch (error) {
    if (!(error instanceof ConfigurationError) && !(error instanceof EncryptionKeyError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}
