import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { CceApiError } from '../../cce/cce-api-error.ts';
import { createCceClient, type CceClientOptions } from '../../cce/client.ts';
import { createClusterRequestSchema } from '../../cce/create-cluster.ts';
import packageJson from '../../package.json' with { type: 'json' };
import type { SimulatorProcess } from '../../simulator/process.ts';
import { readExample } from '../examples.ts';
import { startSimulator, startSimulatorProcess } from '../processes.ts';

let simulator: SimulatorProcess;

beforeAll(async () => {
  simulator = await startSimulator([
    '--create-seconds',
    '0',
    '--delete-seconds',
    '0',
    '--deleted-visible-seconds',
    '60',
  ]);
});

afterAll(() => simulator.stop());

function clientWith(options: Partial<CceClientOptions> = {}) {
  const { url, accessKeyID, secretAccessKey } = simulator;
  return createCceClient({
    region: 'bj',
    endpoint: url,
    credentials: () => ({ accessKeyID, secretAccessKey }),
    ...options,
  });
}

function exampleRequest(clusterName: string) {
  const request = readExample('managed', clusterName);
  for (const { instanceSpec } of request.nodes ?? []) instanceSpec.adminPassword = 'test123!T';
  return createClusterRequestSchema.parse(request);
}

describe.each([
  ['with only the host signed as on the API page', { signedHeaders: 'host' }],
  ['with the standard headers signed as in the vendor SDKs', { signedHeaders: 'standard' }],
  ['with the path prefix of the vendor SDK', { pathPrefix: '/api/cce/service/v2' }],
] as const)('the five calls %s', (title, options) => {
  it('create, list, show, watch and delete a cluster', async () => {
    const client = clientWith(options);
    const clusterName = title.replaceAll(/[^a-z]/gi, '-').slice(0, 60);
    const { clusterID, requestID } = await client.createCluster(exampleRequest(clusterName));
    expect(clusterID).toMatch(/^cce-[A-Za-z0-9]{8}$/);
    expect(requestID).not.toBe('');

    const { clusterPage } = await client.listClusters({ keywordType: 'clusterName', keyword: clusterName });
    expect(clusterPage).toMatchObject({ totalCount: 1, clusterList: [{ spec: { clusterID, clusterName } }] });
    expect((await client.getCluster(clusterID)).cluster.status.clusterPhase).toBe('running');
    const events = await client.getEventSteps(clusterID);
    expect(events.status).toBe('created');
    expect(events.steps.map(({ stepStatus }) => stepStatus)).toEqual(Array(6).fill('done'));

    expect((await client.deleteCluster(clusterID, { deleteResource: true })).requestID).not.toBe('');
    expect((await client.getCluster(clusterID)).cluster.status.clusterPhase).toBe('deleted');
  });
});

describe('a request', () => {
  let server: ReturnType<typeof createServer>;
  let received: IncomingMessage[];
  let endpoint: string;

  beforeAll(async () => {
    received = [];
    server = createServer((request, response) => {
      received.push(request);
      response.setHeader('content-type', 'application/json');
      response.end('{"clusterPage":{"totalCount":0,"clusterList":[]},"requestID":"r"}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  it('has a user agent, sends and signs a session token, and reuses its connection', async () => {
    const client = clientWith({
      endpoint,
      credentials: () => ({ accessKeyID: 'ak', secretAccessKey: 'sk', sessionToken: 'token' }),
    });
    for (let call = 0; call < 10; call++) await client.listClusters({ pageNo: 1 });
    const [first] = received;
    expect(first?.headers).toMatchObject({
      'user-agent': `cce-orchestrator/${packageJson.version}`,
      'x-bce-security-token': 'token',
    });
    expect(first?.headers.authorization).toMatch(
      /^bce-auth-v1\/ak\/[^/]+\/1800\/host;x-bce-date;x-bce-security-token\//,
    );
    // The first connection may not be free again in time for the second request.
    expect(new Set(received.map(({ socket }) => socket.remotePort)).size).toBeLessThanOrEqual(2);
  });

  it('reads the credentials again each time, so that they can be renewed', async () => {
    let asked = 0;
    const client = clientWith({
      endpoint,
      credentials: async () => ({ accessKeyID: `ak-${++asked}`, secretAccessKey: 'sk' }),
    });
    await client.listClusters({});
    await client.listClusters({});
    expect(received.slice(-2).map(({ headers }) => headers.authorization?.split('/')[1])).toEqual(['ak-1', 'ak-2']);
  });

  it('is not sent if the credentials are unavailable', async () => {
    const before = received.length;
    const credentials = () => Promise.reject(new Error('no keys today'));
    await expect(clientWith({ endpoint, credentials }).createCluster(exampleRequest('a'))).rejects.toMatchObject({
      name: 'CceNetworkError',
      message: expect.stringContaining('not sent: no keys today'),
      possiblyReceived: false,
    });
    expect(received).toHaveLength(before);
  });

  describe('that waits too long for credentials', () => {
    const credentials = () => {
      vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 10_000);
      return { accessKeyID: 'ak', secretAccessKey: 'sk' };
    };
    afterEach(() => vi.restoreAllMocks());

    it('is not sent if it would create something', async () => {
      const before = received.length;
      await expect(clientWith({ endpoint, credentials }).createCluster(exampleRequest('a'))).rejects.toMatchObject({
        name: 'CceNetworkError',
        message: expect.stringContaining('not sent: no valid credentials within 10 s'),
        possiblyReceived: false,
      });
      expect(received).toHaveLength(before);
    });

    it('is sent if it only reads', async () => {
      const before = received.length;
      await clientWith({ endpoint, credentials }).listClusters({});
      expect(received).toHaveLength(before + 1);
    });
  });

  it('rejects with the reason of its signal', async () => {
    const abort = new AbortController();
    abort.abort(new Error('not needed any more'));
    await expect(clientWith({ endpoint }).listClusters({}, { signal: abort.signal })).rejects.toThrow(
      'not needed any more',
    );
  });
});

describe('a wrong clock', () => {
  it('is corrected once with the time of the service', async () => {
    const ahead = await startSimulatorProcess(['--clock-offset-seconds', '7200']);
    try {
      const client = clientWith({ endpoint: ahead.url });
      expect((await client.listClusters({})).clusterPage.totalCount).toBe(0);
      await client.listClusters({});
      const log = await ahead.log('listClusters');
      // The second call uses the correction of the first one.
      expect(log.map(({ code }) => code)).toEqual(['RequestExpired', undefined, undefined]);
    } finally {
      await ahead.stop();
    }
  });

  it('causes an error and not a loop if the correction does not help', async () => {
    await simulator.addFault({ kind: 'request-expired', call: 'getEventSteps' });
    const calls = (await simulator.counters()).getEventSteps?.requests ?? 0;
    const error = await clientWith()
      .getEventSteps('cce-00000000')
      .catch((reason: unknown) => reason);
    await simulator.clearFaults();
    expect(error).toBeInstanceOf(CceApiError);
    expect(error).toMatchObject({ kind: 'expired', retryable: true, mayHaveTakenEffect: false });
    expect((await simulator.counters()).getEventSteps?.requests).toBe(calls + 2);
  });
});
