import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WorkerProcess } from '../../local/worker-process.ts';
import { freeLoopbackPort } from '../../worker/free-port.ts';
import { workerEnvironment } from '../orchestration.ts';
import { runToEnd, startWorkerProcess } from '../processes.ts';
import { useService } from '../service.ts';
import { waiting } from '../waiting.ts';

describe('a worker with an HTTP port', () => {
  const { simulator, orchestration } = useService(['--create-seconds', '1', '--delete-seconds', '1'], {
    worker: false,
  });
  let workers: WorkerProcess[];
  let environment: Record<string, string>;
  let url: string;

  beforeEach(async () => {
    workers = [];
    const port = await freeLoopbackPort();
    url = `http://127.0.0.1:${port}`;
    environment = { ...workerEnvironment(orchestration(), simulator()), CCE_HTTP_PORT: String(port) };
  });

  afterEach(async () => {
    await Promise.all(workers.map((worker) => worker.kill()));
  });

  const statusOf = async (path: string) => (await fetch(`${url}${path}`)).status;

  it('tells that it is ready', async () => {
    workers.push(await startWorkerProcess(environment));
    await vi.waitUntil(async () => (await statusOf('/readyz')) === 200, waiting);
    expect(await statusOf('/healthz')).toBe(200);
    const { account } = orchestration();
    const scopes = [{ account, region: 'bj', state: 'working' }];
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ ready: true, scopes });
  });

  it('ends where the service refuses its keys, and says which settings those are', async () => {
    const { exitCode, stderr } = await runToEnd('worker', [], {
      env: { ...environment, BCE_SECRET_ACCESS_KEY: 'wrong' },
    });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/BCE_ACCESS_KEY_ID, BCE_SECRET_ACCESS_KEY: the service refuses these credentials \(403/);
    expect(stderr).not.toContain('"worker is running"');
  });

  it('serves the accounts of a file, and tells of one whose keys are refused', async () => {
    const { account } = orchestration();
    const { accessKeyID, secretAccessKey, url: endpoint } = simulator();
    const folder = mkdtempSync(join(tmpdir(), 'scopes-'));
    const scopes = ['accepted', 'refused'].map((name) => {
      const fromFile = join(folder, `${name}.json`);
      const secret = name === 'accepted' ? secretAccessKey : 'wr0ng';
      writeFileSync(fromFile, JSON.stringify({ accessKeyId: accessKeyID, secretAccessKey: secret }));
      return { account: `${account}-${name}`, region: 'bj', endpoint, credentials: { fromFile } };
    });
    writeFileSync(join(folder, 'scopes.json'), JSON.stringify({ scopes }));
    const ofOneAccount = /^(?:BCE_.*|CCE_(?:ENDPOINT|ACCOUNT|POLL_INTERVAL))$/;
    const shared = Object.entries(environment).filter(([name]) => !ofOneAccount.test(name));
    const settings = { ...Object.fromEntries(shared), CCE_POOL: account, CCE_SCOPES_FILE: join(folder, 'scopes.json') };
    let log = '';
    const worker = await startWorkerProcess(settings, (text) => (log += text));
    workers.push(worker);
    const body = await vi.waitUntil(async () => {
      const answer = await fetch(`${url}/readyz`);
      const text = await answer.text();
      return answer.status === 200 && text.includes('"refused"') && (JSON.parse(text) as object);
    }, waiting);
    expect(body).toEqual({
      ready: true,
      scopes: [
        { account: `${account}-accepted`, region: 'bj', state: 'working' },
        { account: `${account}-refused`, region: 'bj', state: 'refused', reason: '403 IamSignatureInvalid' },
      ],
    });
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toMatch(new RegExp(`^cce_scope_ready\\{account="${account}-accepted",region="bj"\\} 1$`, 'm'));
    expect(metrics).toMatch(new RegExp(`^cce_scope_ready\\{account="${account}-refused",region="bj"\\} 0$`, 'm'));
    expect(await worker.stop()).toBe(0);
    expect(log).toContain('the keys of this account and region are missing or refused');
    expect(log).not.toContain('wr0ng');
    rmSync(folder, { recursive: true });
  });

  it('is alive but not ready as long as the service does not answer', async () => {
    const { length: looks } = await simulator().log('listClusters');
    await simulator().addFault({ kind: 'status', status: 503, when: 'before' });
    const starting = startWorkerProcess(environment).then((worker) => workers.push(worker));
    await vi.waitUntil(async () => (await statusOf('/healthz').catch(() => 0)) === 200, waiting);
    await vi.waitUntil(async () => (await simulator().log('listClusters')).length > looks, waiting);
    expect(await statusOf('/readyz')).toBe(503);
    await simulator().clearFaults();
    await starting;
    await vi.waitUntil(async () => (await statusOf('/readyz')) === 200, waiting);
  });
});
