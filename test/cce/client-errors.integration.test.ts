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
import { waiting } from '../waiting.ts';

let simulator: SimulatorProcess;

beforeAll(async () => {
  simulator = await startSimulator(['--delete-seconds', '0', '--quota', '20', '--unique-names']);
});

afterEach(() => simulator.clearFaults());

afterAll(() => simulator.stop());

function clientWith(options: Partial<CceClientOptions> = {}) {
  const { url, accessKeyID, secretAccessKey } = simulator;
  const credentials = () => ({ accessKeyID, secretAccessKey });
  return createCceClient({ region: 'bj', endpoint: url, credentials, ...options });
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

/** The error of the client for each fault of a create call, and the number of clusters created. */
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

describe('the error of a create call', () => {
  it.each(createFaults)(
    'says whether the call may have taken effect in spite of %j',
    async (fault, expected, clustersMade) => {
      const before = (await simulator.counters()).createCluster ?? { requests: 0, effects: 0 };
      await simulator.addFault({ ...fault, call: 'createCluster' } as FaultInput);
      const client = clientWith(fault.kind === 'latency' ? { requestTimeoutMs: 2_000 } : {});
      const error = await errorOf(
        client.createCluster(exampleRequest(`fault-${JSON.stringify(fault).length}-${before.requests}`)),
      );
      expect(error).toMatchObject(expected);
      expect(error).toMatchObject({ method: 'POST', path: '/v2/cluster' });
      // The client sends one request, except for a second one with a new signature after an expired one.
      const requests = fault.kind === 'request-expired' ? 2 : 1;
      await expect
        .poll(async () => (await simulator.counters()).createCluster, waiting)
        .toMatchObject({ requests: before.requests + requests, effects: before.effects + clustersMade });
    },
  );
});

describe('a fault of a cluster', () => {
  async function createWith(fault: FaultInput, clusterName: string) {
    await simulator.addFault({ ...fault, name: clusterName } as FaultInput);
    const client = clientWith();
    return { client, ...(await client.createCluster(exampleRequest(clusterName))) };
  }

  it('list-lag hides the cluster from lists, but not from getCluster', async () => {
    const { client, clusterID } = await createWith({ kind: 'list-lag', seconds: 600 }, 'lagging');
    expect((await client.listClusters({ keyword: 'lagging' })).clusterPage.clusterList).toEqual([]);
    expect((await client.getCluster(clusterID)).cluster.spec.clusterID).toBe(clusterID);
  });

  it('create-failed shows its reason in the event steps', async () => {
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
        .poll(async () => (await client.getCluster(clusterID)).cluster.status.clusterPhase, waiting)
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
  ] as const)(
    '%j is visible in the steps while the cluster is still provisioning',
    async (fault, stepStatus, errInfo) => {
      const { client, clusterID } = await createWith(fault, fault.kind);
      await expect
        .poll(async () => (await client.getEventSteps(clusterID)).steps[0]?.stepStatus, waiting)
        .toBe(stepStatus);
      const { status, steps } = await client.getEventSteps(clusterID);
      expect(status).toBe('creating');
      if (errInfo !== undefined) expect(steps[0]?.errInfo).toMatchObject(errInfo);
    },
  );

  it('external-deletion makes getCluster report notFound', async () => {
    const { client, clusterID } = await createWith({ kind: 'external-deletion', afterSeconds: 0 }, 'gone');
    await expect
      .poll(() => errorOf(client.getCluster(clusterID)), waiting)
      .toMatchObject({ kind: 'notFound', code: 'cce.warning.ClusterNotFound', httpStatus: 404, retryable: false });
  });

  it('delete-failed leaves the phase delete_failed until the next delete call', async () => {
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
  'a call with an HTTP 500 response and the code %s may have taken effect',
  (code) => {
    const location = { method: 'POST', path: '/v2/cluster', message: 'broken' };
    const error = new CceApiError({ ...location, httpStatus: 500, code });
    expect(error).toMatchObject({ kind: 'server', mayHaveTakenEffect: true });
  },
);

describe('a rejected call', () => {
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
    [
      'a cluster ID that does not exist',
      () => clientWith().getCluster('cce-none'),
      { kind: 'notFound', httpStatus: 404 },
    ],
    [
      'a bad parameter',
      () => clientWith().listClusters({ pageNo: 0 }),
      { kind: 'validation', code: 'cce.warning.InvalidParam', httpStatus: 400 },
    ],
    ['a path that does not exist', () => clientWith({ pathPrefix: '/v1' }).listClusters({}), { httpStatus: 404 }],
  ])('had no effect and is not retryable after %s', async (_, call, expected) => {
    const error = await errorOf(call());
    expect(error).toBeInstanceOf(CceApiError);
    expect(error).toMatchObject({ ...expected, ...refused });
    expect((error as CceApiError).requestID).toMatch(/\w/);
    expect((error as CceApiError).message).toContain((error as CceApiError).requestID);
  });

  it('is sent once more if the service rejected the credentials and new ones are available', async () => {
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

  it('is not sent again if the credentials are unchanged', async () => {
    const before = (await simulator.counters()).listClusters?.requests ?? 0;
    expect(await errorOf(clientWith(wrongSecret).listClusters({}))).toMatchObject({ kind: 'authentication' });
    expect((await simulator.counters()).listClusters?.requests).toBe(before + 1);
  });

  it('is a conflict if names are unique and the name exists', async () => {
    const client = clientWith();
    await client.createCluster(exampleRequest('taken'));
    expect(await errorOf(client.createCluster(exampleRequest('taken')))).toMatchObject({
      kind: 'conflict',
      ...refused,
    });
  });

  it('has the kind quota if the account has reached its quota', async () => {
    const client = clientWith();
    const create = (index: number) => errorOf(client.createCluster(exampleRequest(`quota-${index}`)));
    const errors = await Promise.all(Array.from({ length: 21 }, (__, index) => create(index)));
    expect(errors.filter((error) => error !== 'no error')[0]).toMatchObject({ kind: 'quota', ...refused });
  });
});

describe('a network error', () => {
  it('excludes an effect if the connection was refused', async () => {
    const error = await errorOf(
      clientWith({ endpoint: await closedEndpoint() }).createCluster(exampleRequest('never')),
    );
    expect(error).toBeInstanceOf(CceNetworkError);
    expect(error).toMatchObject({ possiblyReceived: false, mayHaveTakenEffect: false, retryable: true });
  });

  it('excludes an effect if the host does not exist', async () => {
    const error = await errorOf(clientWith({ endpoint: 'https://cce.invalid' }).listClusters({}));
    expect(error).toMatchObject({ name: 'CceNetworkError', possiblyReceived: false });
  });
});

/** Returns the address of a server that no longer listens. */
async function closedEndpoint(): Promise<string> {
  const gone = await startSimulator();
  await gone.stop();
  return gone.url;
}

it('an error contains no secret', async () => {
  await simulator.addFault({ kind: 'status', status: 500, call: 'createCluster' });
  const error = (await errorOf(clientWith().createCluster(exampleRequest('secret')))) as Error;
  const text = `${error.message} ${JSON.stringify(error)} ${error.stack}`;
  for (const secret of ['test123!T', simulator.secretAccessKey, 'bce-auth-v1']) expect(text).not.toContain(secret);
});
