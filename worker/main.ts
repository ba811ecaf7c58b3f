import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, Runtime, makeTelemetryFilterString } from '@temporalio/worker';
import type { Level } from 'pino';
import { ConfigurationError, readConfiguration } from './configuration.ts';
import { createLogger } from './logger.ts';
import { runWorker } from './run-worker.ts';

const logger = createLogger((process.env.CCE_LOG_LEVEL as Level | undefined) ?? 'info');

try {
  const configuration = readConfiguration(process.env);
  Runtime.install({
    logger,
    telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'WARN' }) } },
  });
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const connection = await NativeConnection.connect(connectionOptions);
  try {
    // Present in a built package; see scripts.build.
    const bundlePath = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));
    const worker = await runWorker({
      configuration,
      connection,
      namespace,
      ...(existsSync(bundlePath) && { workflowBundlePath: bundlePath }),
    });
    logger.info('worker is running', { account: configuration.account, region: configuration.region, namespace });
    await worker.stopped;
    logger.info('worker has stopped');
  } finally {
    await connection.close();
  }
} catch (error) {
  if (error instanceof ConfigurationError) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  } else {
    logger.error('the worker cannot go on', { error });
    process.exitCode = 1;
  }
}
