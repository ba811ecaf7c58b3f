import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createCceClient } from '../cce/client.ts';
import { readConfiguration } from '../worker/configuration.ts';
import { createCredentials } from '../worker/credentials/credentials.ts';
import { createLogger } from '../worker/logger.ts';
import { createSecretReader } from '../worker/secret-reader.ts';
import { createTextbookActivities } from './textbook-activities.ts';

/** A worker as in Temporal's samples: one task queue, and default settings except for the activity slots. */
const { TEXTBOOK_BUNDLE: codePath, TEXTBOOK_TASK_QUEUE: taskQueue } = process.env;
if (codePath === undefined || taskQueue === undefined) throw new Error('set TEXTBOOK_BUNDLE and TEXTBOOK_TASK_QUEUE');
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
  activities: createTextbookActivities(cce, createSecretReader(process.env, { folder: configuration.secretsFolder })),
  // With the default of 100, polls would wait for slots when many creates start at once.
  maxConcurrentActivityTaskExecutions: 1_000,
});
logger.warn('worker is running');
await worker.run();
