import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, Runtime, makeTelemetryFilterString, type Logger } from '@temporalio/worker';
import { ConfigurationError, readConfiguration, type WorkerConfiguration } from './configuration.ts';
import { createLogger } from './logger.ts';
import { runWorker } from './run-worker.ts';

const configuration = configurationOrExit();
const logger = createLogger(configuration.logLevel);
Runtime.install({
  logger,
  telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'WARN' }) } },
});
// Exits by itself: a native connection that never came up would keep the process, and then nobody starts another one.
process.exit(await run(logger));

async function run(log: Logger): Promise<number> {
  try {
    const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
    const connection = await NativeConnection.connect(connectionOptions);
    // Present in a built package; see scripts.build.
    const bundlePath = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));
    const worker = await runWorker({
      configuration,
      connection,
      namespace,
      ...(existsSync(bundlePath) && { workflowBundlePath: bundlePath }),
    });
    const { account, region } = configuration;
    log.info('worker is running', { account, region, namespace });
    await worker.stopped;
    await connection.close();
    log.info('worker has stopped');
    return 0;
  } catch (error) {
    log.error('the worker cannot go on', { error });
    return 1;
  }
}

function configurationOrExit(): WorkerConfiguration {
  try {
    return readConfiguration(process.env);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}
