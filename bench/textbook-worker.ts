import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createCceClient } from '../cce/client.ts';
import { readConfiguration } from '../worker/configuration.ts';
import { createCredentials } from '../worker/credentials/credentials.ts';
import { createLogger } from '../worker/logger.ts';
import { createSecretReader } from '../worker/secret-reader.ts';
import { createTextbookActivities } from './textbook-activities.ts';

/** A worker as in the samples: one task queue, and all settings at their defaults but for the slots. */
const { TEXTBOOK_BUNDLE: codePath, TEXTBOOK_TASK_QUEUE: taskQueue } = process.env;
if (codePath === undefined || taskQueue === undefined) throw new Error('TEXTBOOK_BUNDLE, TEXTBOOK_TASK_QUEUE: not set');
const logger = createLogger('warn');
Runtime.install({ logger });
const configuration = readConfiguration(process.env);
const credentials = createCredentials(configuration.credentials, logger);
const cce = createCceClient({ ...configuration, credentials });
const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
const worker = await Worker.create({
  connection: await NativeConnection.connect(connectionOptions),
  namespace,
  taskQueue,
  workflowBundle: { codePath },
  activities: createTextbookActivities(cce, createSecretReader(process.env, configuration.secretsFolder)),
  // More than the default of 100, or polls would wait for slots whenever many creates begin at once.
  maxConcurrentActivityTaskExecutions: 1_000,
});
logger.warn('worker is running');
await worker.run();
