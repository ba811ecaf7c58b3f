import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject, it } from 'vitest';
import { readExample } from '../examples.ts';
import { ended, reached, startOrchestration } from '../orchestration.ts';
import { startSimulatorProcess, startWorkerProcess } from '../processes.ts';

const settings: [string, (file: string) => Record<string, string>][] = [
  ['file', (file) => ({ CCE_CREDENTIALS_FILE: file })],
  ['command', (file) => ({ CCE_CREDENTIALS_COMMAND: `cat ${file}` })],
];

it.concurrent.for(settings)(
  'a create goes on when the keys from a %s are rotated',
  async ([, settingsFor], { expect, onTestFinished }) => {
    const folder = mkdtempSync(join(tmpdir(), 'credentials-rotation-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'credentials.json');
    const write = (secretAccessKey: string) =>
      writeFileSync(file, JSON.stringify({ accessKeyId: `id-of-${secretAccessKey}`, secretAccessKey }));
    const startService = (secretAccessKey: string, port = '0') => {
      const keys = ['--access-key', `id-of-${secretAccessKey}`, '--secret-key', secretAccessKey];
      const stateFile = join(folder, 'state');
      return startSimulatorProcess(['--create-seconds', '8', '--state-file', stateFile, '--port', port, ...keys]);
    };

    write('old-key');
    const before = await startService('old-key');
    const orchestration = await startOrchestration(before);
    onTestFinished(() => orchestration.stop());
    const environment = {
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      CCE_ENDPOINT: before.url,
      CCE_ACCOUNT: orchestration.account,
      CCE_POLL_INTERVAL: '200ms',
      ...settingsFor(file),
    };
    const worker = await startWorkerProcess(environment);
    onTestFinished(() => worker.kill());
    const create = await orchestration.orchestrator.create(readExample('managed', 'rotated'));
    await reached(orchestration.orchestrator, create, ({ currentStep }) => (currentStep?.step?.index ?? 0) >= 2);

    await before.stop();
    write('new-key');
    const after = await startService('new-key', new URL(before.url).port);
    onTestFinished(async () => void (await after.stop()));

    expect((await ended(orchestration.orchestrator, create)).outcome).toMatchObject({ outcome: 'running' });
    expect((await after.clusters()).map(({ clusterPhase }) => clusterPhase)).toEqual(['running']);
    expect(await worker.stop()).toBe(0);
  },
);
