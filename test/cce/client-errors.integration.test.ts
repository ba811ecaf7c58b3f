import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CceApiError } from '../../cce/cce-api-error.ts';
import { CceNetworkError } from '../../cce/cce-network-error.ts';
import { createCceClient, type CceClientOptions } from '../../cce/client.ts';
import { createClusterRequestSchema } from '../../cce/create-cluster.ts';
import type { BceCredentials } from '../../cce/signer.ts';
import type { FaultInput } from '../../simulator/fault-schema.ts';
import type { SimulatorProcess } from '../../simulator/process.ts';
import { readExample } from '../examples.ts';
import { startSimulator } from '../processes.ts';

let simulator: SimulatorProcess;

beforeAll(async () => {
  simulator = await startSimulator(['--quota', '20', '--unique-names']);
});

afterEach(() => simulator.clearFaults());

afterAll(() => simulator.stop());

function clientWith(options: Partial<CceClientOptions> = {}) {
  const { url, accessKeyID, secretAccessKey } = simulator;
  const credentials = () => ({ accessKeyID, secretAccessKey });
  return createCceClient({ region: 'bj', endpoint: url, credentials, requestTimeoutMs: 2_000, ...options });
}

function exampleRequest(clusterName: string) {
  const request = createClusterRequestSchema.parse(readExample('managed', clusterName));
  for (const { instanceSpec } of request.nodes ?? []) instanceSpec.adminPassword = 'test123!T';
  return request;
}

async function errorOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => 'no error',
    (error: unknown) => error,
  );
}

const badGateway = { kind: 'server', httpStatus: 502, retryable: true, mayHaveTakenEffect: true };
const lost = { retryable: true, mayHaveTakenEffect: true };

/** What the client makes of each fault that befalls a create, and whether a cluster was made. */
const createFaults: [fault: FaultInput, error: object, clustersMade: number][] = [
  [{ kind: 'drop-before' }, { name: 'CceNetworkError', possiblyReceived: true, ...lost }, 0],
  [{ kind: 'drop-after' }, { name: 'CceNetworkError', possiblyReceived: true, ...lost }, 1],
  [{ kind: 'latency', ms: 3_000 }, { name: 'CceNetworkError', possiblyReceived: true, ...lost }, 1],
  [{ kind: 'status', status: 500, when: 'before' }, { ...badGateway, httpStatus: 500 }, 0],
  [{ kind: 'status', status: 500, when: 'after' }, { ...badGateway, httpStatus: 500 }, 1],
  [{ kind: 'status', status: 502 }, badGateway, 0],
  [{ kind: 'status', status: 503 }, { ...badGateway, httpStatus: 503 }, 0],
  [{ kind: 'status', status: 504 }, { ...badGateway, httpStatus: 504 }, 0],
  [{ kind: 'html' }, badGateway, 0],
  [{ kind: 'truncated' }, { name: 'CceNetworkError', possiblyReceived: true, ...lost }, 1],
  [{ kind: 'empty' }, { kind: 'malformed', httpStatus: 200, retryable: true, mayHaveTakenEffect: true }, 1],
  [
    { kind: 'throttle', retryAfterSeconds: 7 },
    {
      kind: 'throttled',
      httpStatus: 429,
      code: 'RequestLimitExceeded',
      retryAfterSeconds: 7,
      retryable: true,
      mayHaveTakenEffect: false,
    },
    0,
  ],
  [{ kind: 'request-expired' }, { kind: 'expired', httpStatus: 400, mayHaveTakenEffect: false }, 0],
];

describe('a create that meets', () => {
  it.each(createFaults)('%j', async (fault, expected, clustersMade) => {
    const before = (await simulator.counters()).createCluster ?? { requests: 0, effects: 0 };
    await simulator.addFault({ ...fault, call: 'createCluster' } as FaultInput);
    const error = await errorOf(
      clientWith().createCluster(exampleRequest(`fault-${JSON.stringify(fault).length}-${before.requests}`)),
    );
    expect(error).toMatchObject(expected);
    expect(error).toMatchObject({ method: 'POST', path: '/v2/cluster' });
    // One request and no more, but for the one new signature after an expired one.
    const requests = fault.kind === 'request-expired' ? 2 : 1;
    await expect
      .poll(async () => (await simulator.counters()).createCluster, { timeout: 10_000 })
      .toMatchObject({ requests: before.requests + requests, effects: before.effects + clustersMade });
  });
});

describe('faults that lie in the cluster, not in the call', () => {
  async function createWith(fault: FaultInput, clusterName: string) {
    await simulator.addFault({ ...fault, name: clusterName } as FaultInput);
    const client = clientWith();
    return { client, ...(await client.createCluster(exampleRequest(clusterName))) };
  }

  it('a list that lags shows the cluster to a get only', async () => {
    const { client, clusterID } = await createWith({ kind: 'list-lag', seconds: 600 }, 'lagging');
    expect((await client.listClusters({ keyword: 'lagging' })).clusterPage.clusterList).toEqual([]);
    expect((await client.getCluster(clusterID)).cluster.spec.clusterID).toBe(clusterID);
  });

  it('a failed create tells its reason in the event steps', async () => {
    const fault: FaultInput = {
      kind: 'create-failed',
      step: 1,
      code: 'SoldOut',
      message: 'none left',
      suggestion: 'wait',
    };
    const slow = await startSimulator(['--create-seconds', '1']);
    try {
      await slow.addFault(fault);
      const client = clientWith({ endpoint: slow.url });
      const { clusterID } = await client.createCluster(exampleRequest('fails'));
      await expect
        .poll(async () => (await client.getCluster(clusterID)).cluster.status.clusterPhase, { timeout: 5_000 })
        .toBe('create_failed');
      const { status, steps } = await client.getEventSteps(clusterID);
      expect(status).toBe('create_failed');
      expect(steps[0]).toMatchObject({
        stepStatus: 'failed',
        errInfo: { code: 'SoldOut', message: 'none left', suggestion: 'wait' },
      });
    } finally {
      await slow.stop();
    }
  });

  it.each([
    [{ kind: 'step-fails', step: 1, recoverAfterSeconds: 600, code: 'Flaky' }, 'failed', { code: 'Flaky' }],
    [{ kind: 'stuck-step', step: 1 }, 'doing', undefined],
  ] as const)('%j shows in the steps of a cluster that is still provisioning', async (fault, stepStatus, errInfo) => {
    const { client, clusterID } = await createWith(fault, fault.kind);
    await expect
      .poll(async () => (await client.getEventSteps(clusterID)).steps[0]?.stepStatus, { timeout: 10_000 })
      .toBe(stepStatus);
    const { status, steps } = await client.getEventSteps(clusterID);
    expect(status).toBe('creating');
    if (errInfo !== undefined) expect(steps[0]?.errInfo).toMatchObject(errInfo);
  });

  it('a cluster that somebody else deleted is not found', async () => {
    const { client, clusterID } = await createWith({ kind: 'external-deletion', afterSeconds: 0 }, 'gone');
    await expect
      .poll(() => errorOf(client.getCluster(clusterID)), { timeout: 15_000 })
      .toMatchObject({ kind: 'notFound', code: 'cce.warning.ClusterNotFound', httpStatus: 404, retryable: false });
  });

  it('a deletion that fails leaves the phase delete_failed, until it is asked for again', async () => {
    const quick = await startSimulator(['--create-seconds', '0', '--delete-seconds', '0']);
    try {
      await quick.addFault({ kind: 'delete-failed', times: 1 });
      const client = clientWith({ endpoint: quick.url });
      const { clusterID } = await client.createCluster(exampleRequest('stays'));
      await client.deleteCluster(clusterID);
      expect((await client.getCluster(clusterID)).cluster.status.clusterPhase).toBe('delete_failed');
      await client.deleteCluster(clusterID);
      expect(await errorOf(client.getCluster(clusterID))).toMatchObject({ kind: 'notFound' });
    } finally {
      await quick.stop();
    }
  });
});

it.each(['InvalidAccessKeyId', 'IamSignatureInvalid', 'RequestExpired', 'AccessDenied', 'RequestLimitExceeded'])(
  'a service that breaks with %s may have done what was asked',
  (code) => {
    const location = { method: 'POST', path: '/v2/cluster', message: 'broken' };
    const error = new CceApiError({ ...location, httpStatus: 500, code });
    expect(error).toMatchObject({ kind: 'server', mayHaveTakenEffect: true });
  },
);

describe('an answer that refuses', () => {
  const refused = { retryable: false, mayHaveTakenEffect: false };
  const wrongSecret = { credentials: () => ({ accessKeyID: 'simulator-access-key', secretAccessKey: 'wrong' }) };
  const wrongKey = { credentials: () => ({ accessKeyID: 'nobody', secretAccessKey: 'wrong' }) };

  it.each([
    [
      'a wrong secret',
      () => clientWith(wrongSecret).listClusters({}),
      { kind: 'authentication', code: 'IamSignatureInvalid', httpStatus: 403 },
    ],
    [
      'an unknown access key',
      () => clientWith(wrongKey).listClusters({}),
      { kind: 'authentication', code: 'InvalidAccessKeyId', httpStatus: 403 },
    ],
    ['a cluster that does not exist', () => clientWith().getCluster('cce-none'), { kind: 'notFound', httpStatus: 404 }],
    [
      'a bad parameter',
      () => clientWith().listClusters({ pageNo: 0 }),
      { kind: 'validation', code: 'cce.warning.InvalidParam', httpStatus: 400 },
    ],
    ['a path that does not exist', () => clientWith({ pathPrefix: '/v1' }).listClusters({}), { httpStatus: 404 }],
  ])('%s', async (_, call, expected) => {
    const error = await errorOf(call());
    expect(error).toBeInstanceOf(CceApiError);
    expect(error).toMatchObject({ ...expected, ...refused });
    expect((error as CceApiError).requestID).toMatch(/\w/);
    expect((error as CceApiError).message).toContain((error as CceApiError).requestID);
  });

  it('keys, is asked again once, with others', async () => {
    const { accessKeyID, secretAccessKey } = simulator;
    const asked: unknown[] = [];
    const wrong = wrongSecret.credentials();
    const credentials = (known?: BceCredentials) => {
      asked.push(known);
      return known === undefined ? wrong : { accessKeyID, secretAccessKey };
    };
    expect((await clientWith({ credentials }).listClusters({})).requestID).toMatch(/\w/);
    expect(asked).toEqual([undefined, wrong]);
  });

  it('keys, is not asked again with the same ones', async () => {
    const before = (await simulator.counters()).listClusters?.requests ?? 0;
    expect(await errorOf(clientWith(wrongSecret).listClusters({}))).toMatchObject({ kind: 'authentication' });
    expect((await simulator.counters()).listClusters?.requests).toBe(before + 1);
  });

  it('a name that is taken, where names are unique', async () => {
    const client = clientWith();
    await client.createCluster(exampleRequest('taken'));
    expect(await errorOf(client.createCluster(exampleRequest('taken')))).toMatchObject({
      kind: 'conflict',
      ...refused,
    });
  });

  it('more clusters than the quota', async () => {
    const client = clientWith();
    const create = (index: number) => errorOf(client.createCluster(exampleRequest(`quota-${index}`)));
    const errors = await Promise.all(Array.from({ length: 21 }, (__, index) => create(index)));
    expect(errors.filter((error) => error !== 'no error')[0]).toMatchObject({ kind: 'quota', ...refused });
  });
});

describe('a connection', () => {
  it('that is refused proves that nothing was received', async () => {
    const error = await errorOf(
      clientWith({ endpoint: await closedEndpoint() }).createCluster(exampleRequest('never')),
    );
    expect(error).toBeInstanceOf(CceNetworkError);
    expect(error).toMatchObject({ possiblyReceived: false, mayHaveTakenEffect: false, retryable: true });
  });

  it('to a host that does not exist proves that too', async () => {
    const error = await errorOf(clientWith({ endpoint: 'https://cce.invalid' }).listClusters({}));
    expect(error).toMatchObject({ name: 'CceNetworkError', possiblyReceived: false });
  });
});

/** The address of a server that has just stopped listening. */
async function closedEndpoint(): Promise<string> {
  const gone = await startSimulator();
  await gone.stop();
  return gone.url;
}

it('no error tells a secret', async () => {
  await simulator.addFault({ kind: 'status', status: 500, call: 'createCluster' });
  const error = (await errorOf(clientWith().createCluster(exampleRequest('secret')))) as Error;
  const text = `${error.message} ${JSON.stringify(error)} ${error.stack}`;
  for (const secret of ['test123!T', simulator.secretAccessKey, 'bce-auth-v1']) expect(text).not.toContain(secret);
});
