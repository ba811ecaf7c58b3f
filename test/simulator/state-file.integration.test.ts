import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createCceClient } from '../../cce/client.ts';
import type { SimulatorProcess } from '../../simulator/process.ts';
import { startSimulatorProcess } from '../processes.ts';
import { createBody } from './service.ts';
import { waiting } from '../waiting.ts';

it('a state file contains every acknowledged change when the process is killed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'simulator-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const args = ['--state-file', join(folder, 'state')];
  const before = await startSimulatorProcess(args);
  const create = clientOf(before).createCluster;
  const acknowledged = new Set<string>();
  const creates = Promise.allSettled(
    Array.from({ length: 60 }, async (_, number) => {
      const { clusterID } = await create(createBody(`cluster-${number}`));
      acknowledged.add(clusterID);
    }),
  );
  await expect.poll(() => acknowledged.size, { ...waiting, interval: 5 }).toBeGreaterThanOrEqual(10);
  await before.kill();
  await creates;

  const after = await startSimulatorProcess(args);
  onTestFinished(async () => void (await after.stop()));
  const found = new Set((await after.clusters()).map(({ clusterID }) => clusterID));
  expect([...acknowledged].filter((clusterID) => !found.has(clusterID))).toEqual([]);
});

function clientOf({ url, accessKeyID, secretAccessKey }: SimulatorProcess) {
  return createCceClient({ region: 'bj', endpoint: url, credentials: () => ({ accessKeyID, secretAccessKey }) });
}
