import { describe, expect, it, onTestFinished } from 'vitest';
import { createCceClient } from '../../cce/client.ts';
import { faultSummaries } from '../../simulator/fault-schema.ts';
import { createBody } from './service.ts';
import { runToEnd, startSimulatorProcess } from '../processes.ts';

describe('the command line', () => {
  it('starts a simulator that serves clients and admin calls and ends on a signal', async () => {
    const keys = ['--access-key', 'mine', '--secret-key', 'my-secret'];
    const simulator = await startSimulatorProcess([
      ...keys,
      '--fault',
      'throttle:call=getCluster',
      '--create-seconds',
      '0',
    ]);
    onTestFinished(() => simulator.kill());
    const { url, accessKeyID, secretAccessKey } = simulator;
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const credentials = () => ({ accessKeyID, secretAccessKey });
    const client = createCceClient({ region: 'bj', endpoint: url, credentials });
    const { clusterID } = await client.createCluster(createBody('ours'));
    await expect(client.getCluster(clusterID)).rejects.toMatchObject({ httpStatus: 429 });
    await simulator.clearFaults();
    await simulator.addFault({ kind: 'html', call: 'listClusters' });
    await expect(client.listClusters({})).rejects.toMatchObject({ httpStatus: 502 });

    const foreign = await simulator.plantCluster({ spec: createBody('foreign').cluster, phase: 'upgrading' });
    await simulator.deleteFromOutside(clusterID);
    expect(await simulator.clusters()).toMatchObject([{ clusterID: foreign, clusterPhase: 'upgrading' }]);
    expect(await simulator.leftovers()).toEqual([]);
    expect(await simulator.log('createCluster')).toMatchObject([{ clusterName: 'ours', effect: 'created' }]);
    expect(await simulator.counters()).toMatchObject({ getCluster: { requests: 1, effects: 0 } });
    expect(await simulator.stop()).toBe(0);
  });

  it('shifts the simulated clock', async () => {
    const simulator = await startSimulatorProcess(['--clock-offset-seconds', '-7200']);
    onTestFinished(() => simulator.kill());
    const { headers } = await fetch(simulator.url);
    const behindSeconds = (Date.now() - Date.parse(headers.get('date')!)) / 1000;
    expect(Math.abs(behindSeconds - 7200)).toBeLessThan(60);
  });

  it('explains every fault in its help', async () => {
    const { exitCode, stdout } = await runToEnd('simulator', ['--help']);
    expect(exitCode).toBe(0);
    for (const kind of Object.keys(faultSummaries)) expect(stdout).toContain(`  ${kind} `);
  });

  it.each([[['--nonsense']], [['--create-seconds', '-1']], [['--fault', 'nonsense']]])(
    'exits with 2 for %o',
    async (args) => {
      const { exitCode, stdout, stderr } = await runToEnd('simulator', args);
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
      expect(stderr).toContain(args[0]);
    },
  );

  it('reports why the simulator does not start', async () => {
    await expect(startSimulatorProcess(['--state-file', '/nowhere/at/all'])).rejects.toThrow('/nowhere/at/all');
  });
});
