import { setTimeout as pause } from 'node:timers/promises';
import pLimit from 'p-limit';
import { createCceClient } from '../cce/client.ts';
import { resolveSecrets } from '../cce/secrets.ts';
import { readConfiguration } from '../worker/configuration.ts';
import { createCredentials } from '../worker/credentials/credentials.ts';
import { createLogger } from '../worker/logger.ts';
import { createSecretReader } from '../worker/secret-reader.ts';
import { benchRequest } from './bench-request.ts';
import type { EndedCluster } from './contender.ts';

/**
 * A script without an orchestrator: create, poll, done. It stores nothing, does not check for existing clusters, and ends
 * at the first error. The parent process sends it the names, and it sends the created clusters back.
 */
const configuration = readConfiguration(process.env);
const credentials = createCredentials(configuration.credentials, createLogger('warn'));
const cce = createCceClient({ ...configuration, credentials });
const secrets = createSecretReader(process.env, { folder: configuration.secretsFolder });

// With `once` the process would exit after its work, before the parent can measure it.
process.on('message', (clusterNames: string[]) => void createAll(clusterNames));
process.send?.('ready');

async function createAll(clusterNames: readonly string[]): Promise<void> {
  const limit = pLimit(clusterNames.length);
  process.send?.(await limit.map(clusterNames, create));
}

async function create(clusterName: string): Promise<EndedCluster> {
  const { clusterID } = await cce.createCluster(resolveSecrets(benchRequest(clusterName), secrets));
  while ((await cce.getEventSteps(clusterID)).status !== 'created') await pause(configuration.pollIntervalMs);
  const { cluster } = await cce.getCluster(clusterID);
  if (cluster.status?.clusterPhase !== 'running') throw new Error(`the cluster ${clusterName} does not run`);
  return { clusterName, clusterID, endedAtMs: Date.now() };
}
