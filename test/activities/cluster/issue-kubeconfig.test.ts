import type { ApplicationFailure, PayloadCodec } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger, type LogEntry } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { findKubeconfigCluster } from '../../../activities/cluster/find-kubeconfig-cluster.ts';
import { issueKubeconfig } from '../../../activities/cluster/issue-kubeconfig.ts';
import { CceApiError } from '../../../cce/cce-api-error.ts';
import { CceNetworkError } from '../../../cce/cce-network-error.ts';
import type { CceClient } from '../../../cce/client.ts';
import { generateKeyEntry, parseKeyRing } from '../../../client/index.ts';
import type { KubeconfigRequest, SealedKubeconfig } from '../../../contract/kubeconfig.ts';
import { createReader } from '../../../temporal/encryption/one-reader.ts';
import { createPayloadCodec } from '../../../temporal/encryption/payload-codec.ts';
import { sealRequest } from '../../../temporal/encryption/sealed-request.ts';
import { partialClient } from '../../partial-client.ts';
import { kubeconfigWith, longCertificate } from './certificates.ts';

const keyed = [createPayloadCodec({ keys: parseKeyRing(generateKeyEntry('key')), encrypts: true })];
const otherKey = [createPayloadCodec({ keys: parseKeyRing(generateKeyEntry('key')), encrypts: true })];
const keyless = [createPayloadCodec({ keys: [], encrypts: false })];

const workflowId = 'cce:default:bj:kubeconfig:1';
const secret = 'kubeconfig with a secret';
const location = { method: 'POST', path: '/v2/rbac' };

interface Cloud {
  clusters?: { clusterID: string; clusterName?: string; phase?: string; eip?: string; exposedPublic?: boolean }[];
  /** What `getCluster` knows and no list shows. */
  unlisted?: string[];
  temporary?: object | Error;
  client?: readonly PayloadCodec[];
  worker?: readonly PayloadCodec[];
  /** What the operator of the worker has set. */
  isAllowed?: boolean;
}

async function issue(asked: Partial<KubeconfigRequest>, cloud: Cloud = {}) {
  const { clusters = [{ clusterID: 'cce-1' }], temporary = { temporaryKubeConfig: secret } } = cloud;
  const { client = keyed, worker = keyed, unlisted = [], isAllowed = true } = cloud;
  const calls: unknown[][] = [];
  const logged: LogEntry[] = [];
  const cce: CceClient = partialClient({
    getCluster: async (clusterID) => {
      const known = clusters.find((one) => one.clusterID === clusterID);
      const details = { method: 'GET', path: '', message: 'no such', httpStatus: 404 };
      if (known === undefined) throw new CceApiError({ ...details, code: 'cce.warning.ClusterNotFound' });
      const { clusterName = 'ci-7', phase = 'running', eip, exposedPublic } = known;
      return {
        cluster: {
          spec: {
            clusterID,
            clusterName,
            ...(exposedPublic !== undefined && { masterConfig: { masterType: 'managed', exposedPublic } }),
          },
          status: { clusterPhase: phase, ...(eip !== undefined && { clusterBLB: { eip } }) },
        },
        requestID: 'r-1',
      };
    },
    getKubeconfig: async (...args) => {
      calls.push(args.slice(0, 2));
      return { kubeConfig: secret, requestID: 'r-2' };
    },
    createTemporaryKubeconfig: async (request) => {
      calls.push([request]);
      if (temporary instanceof Error) throw temporary;
      return { requestID: 'r-3', ...temporary };
    },
  });
  const findClusters = async ({ clusterName: wanted }: { clusterName: string }) =>
    clusters
      .filter(({ clusterID, clusterName = 'ci-7' }) => clusterName === wanted && !unlisted.includes(clusterID))
      .map(({ clusterID, phase = 'running' }) => ({ clusterID, clusterPhase: phase, description: '' }));
  const reader = await createReader();
  const request: KubeconfigRequest = {
    target: { nameOrID: 'ci-7' },
    type: 'vpc',
    lifetime: { expireHours: 8 },
    publicKey: reader.publicKey,
    validUntil: new Date(Date.now() + 60_000).toISOString(),
    ...asked,
  };
  const environment = new MockActivityEnvironment(
    { workflowNamespace: 'default', workflowExecution: { workflowId, runId: 'run' } },
    { logger: new DefaultLogger('DEBUG', (entry) => logged.push(entry)) },
  );
  const sealed = await sealRequest(client, { namespace: 'default', workflowId }, request);
  const dependencies = { cce, findClusters, payloadCodecs: worker, unencryptedKubeconfigs: isAllowed };
  const result = environment.run(async () => {
    const cluster = await findKubeconfigCluster(dependencies)({ request: sealed });
    return issueKubeconfig(dependencies)({ request: sealed, cluster });
  }) as Promise<SealedKubeconfig>;
  return { result, reader, calls, logged };
}

async function failureOf(asked: Partial<KubeconfigRequest>, cloud: Cloud = {}) {
  const { result, calls } = await issue(asked, cloud);
  const error = await result.then(
    () => expect.unreachable('it was issued'),
    (reason: unknown) => reason as ApplicationFailure,
  );
  return { error, calls };
}

describe('a kubeconfig', () => {
  it('is sealed for the asker, and stands neither in the result nor in the log', async () => {
    const { result, reader, logged } = await issue({});
    const issued = await result;
    expect(issued).toMatchObject({ clusterID: 'cce-1', clusterName: 'ci-7' });
    expect(await reader.open(issued.sealed)).toBe(secret);
    expect(JSON.stringify(issued)).not.toContain(secret);
    const said = logged.map(({ message, meta }) => JSON.stringify([message, meta]));
    expect(said.filter((entry) => entry.includes('issued a kubeconfig'))).toEqual([
      expect.stringMatching(/"clusterID":"cce-1".*"kubeconfigType":"vpc","expireHours":8/),
    ]);
    expect(said.join()).not.toContain(secret);
  });

  it.each<[asked: Partial<KubeconfigRequest>, call: unknown[]]>([
    [{}, [{ clusterID: 'cce-1', expireHours: 8, kubeConfigType: 'vpc' }]],
    [
      { lifetime: { expireHours: 168 }, type: 'public' },
      [{ clusterID: 'cce-1', expireHours: 168, kubeConfigType: 'public' }],
    ],
    [{ lifetime: 'permanent' }, ['cce-1', 'vpc']],
  ])('is asked for as the request %j says', async (asked, call) => {
    const { result, calls } = await issue(asked, { clusters: [{ clusterID: 'cce-1', eip: '192.0.2.1' }] });
    await result;
    expect(calls).toEqual([call]);
  });

  it.each<[which: string, target: KubeconfigRequest['target'], cloud: Cloud]>([
    ['its ID', { nameOrID: 'cce-abcd1234' }, { clusters: [{ clusterID: 'cce-2' }, { clusterID: 'cce-abcd1234' }] }],
    ['its name', { nameOrID: 'ci-7', isName: true }, { clusters: [{ clusterID: 'cce-abcd1234' }] }],
    [
      'a name that no list shows yet',
      { nameOrID: 'ci-7', isName: true, knownClusterID: 'cce-abcd1234' },
      { clusters: [{ clusterID: 'cce-abcd1234' }], unlisted: ['cce-abcd1234'] },
    ],
  ])('is that of the cluster which is meant by %s', async (_, target, cloud) => {
    const { result } = await issue({ target }, cloud);
    expect((await result).clusterID).toBe('cce-abcd1234');
  });

  it.each<[type: string, asked: Partial<KubeconfigRequest>, cloud: Cloud, message: RegExp]>([
    ['ClusterNotFound', {}, { clusters: [] }, /no cluster "ci-7"/],
    [
      'AmbiguousName',
      {},
      { clusters: [{ clusterID: 'cce-1' }, { clusterID: 'cce-2' }] },
      /2 clusters are named "ci-7": cce-1, cce-2/,
    ],
    ...(['pending', 'provisioning', 'provisioned', 'create_failed', 'delete_failed'] as const).map(
      (phase): [string, object, Cloud, RegExp] => [
        'ClusterNotRunning',
        {},
        { clusters: [{ clusterID: 'cce-1', phase }] },
        new RegExp(`cce-1 .*phase ${phase}`),
      ],
    ),
    ['NoPublicAddress', { type: 'public' }, {}, /cce-1 has no public address/],
    [
      'NoPublicAddress',
      { type: 'public' },
      { clusters: [{ clusterID: 'cce-1', eip: '', exposedPublic: false }] },
      /no public address/,
    ],
    [
      'NoPublicAddress',
      { type: 'public' },
      { clusters: [{ clusterID: 'cce-1', exposedPublic: true, phase: 'eip_opening' }] },
      /no public address/,
    ],
    [
      'KubeconfigRefused',
      {},
      { temporary: { data: [{ success: false, message: 'not for you' }] } },
      /no kubeconfig of cce-1: not for you/,
    ],
    ['KubeconfigRefused', {}, { temporary: { temporaryKubeConfig: '' } }, /contains no kubeconfig/],
  ])('is refused for good with %s: %j, %j', async (type, asked, cloud, message) => {
    const { error } = await failureOf(asked, cloud);
    expect(error).toMatchObject({ type, nonRetryable: true, details: [{ type, message: error.message }] });
    expect(error.message).toMatch(message);
  });

  it.each(['upgrading', 'eip_opening', 'brand_new'])('is left to the service in the phase %s', async (phase) => {
    const { result } = await issue({}, { clusters: [{ clusterID: 'cce-1', phase }] });
    expect((await result).clusterID).toBe('cce-1');
  });

  it.each([
    ['may have been issued', new CceNetworkError({ ...location, message: 'lost', possiblyReceived: true }), true],
    ['may have been issued', new CceApiError({ ...location, message: 'bad', code: 'Any', httpStatus: 502 }), true],
    ['was not issued', new CceNetworkError({ ...location, message: 'not sent', possiblyReceived: false }), false],
    [
      'was not issued',
      new CceApiError({ ...location, message: 'slow down', code: 'RequestLimitExceeded', httpStatus: 429 }),
      false,
    ],
  ])('that %s: %s, is not asked for again, and the failure says: %s', async (_, temporary, mayHaveTakenEffect) => {
    const { error, calls } = await failureOf({}, { temporary });
    expect(error).toMatchObject({ type: temporary.name, details: [{ mayHaveTakenEffect }] });
    expect(calls).toHaveLength(1);
  });

  it('of another cluster is refused', async () => {
    const { error } = await failureOf(
      {},
      { temporary: { temporaryKubeConfig: secret, data: [{ success: true, clusterID: 'cce-2' }] } },
    );
    expect(error).toMatchObject({
      type: 'KubeconfigRefused',
      message: expect.stringContaining('about another cluster'),
    });
  });

  it('that outlives the request by far is withheld, and not quoted', async () => {
    const { error } = await failureOf({}, { temporary: { temporaryKubeConfig: kubeconfigWith(longCertificate) } });
    expect(error).toMatchObject({
      type: 'KubeconfigRefused',
      message: expect.stringMatching(/withheld: .*valid until 21/),
    });
    expect(JSON.stringify(error)).not.toContain(longCertificate.slice(40, 80));
  });
});

describe('a request for a kubeconfig', () => {
  const allowUnencrypted = true;

  it.each<[title: string, asked: Partial<KubeconfigRequest>, cloud: Cloud, message: RegExp]>([
    ['in clear, of a worker that encrypts', {}, { client: keyless }, /is not encrypted, and this worker encrypts/],
    ['in clear, even by force', { allowUnencrypted }, { client: keyless }, /is not encrypted/],
    ['with another key', { allowUnencrypted }, { client: otherKey }, /another key of the ID "key"/],
    [
      'in clear, by force, of a worker whose operator does not allow it',
      { allowUnencrypted },
      { client: keyless, worker: keyless, isAllowed: false },
      /hands over no kubeconfig/,
    ],
    ['in clear, without force', {}, { client: keyless, worker: keyless }, /encrypts nothing/],
    ['that was sealed long ago', { validUntil: '2026-01-01T00:00:00Z' }, {}, /no longer valid/],
    ['that asks for more than 30 days', { lifetime: { expireHours: 721 } }, {}, /cannot be read: lifetime/],
    [
      'with a public key that is none',
      { publicKey: { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' } },
      {},
      /public key .* is invalid/,
    ],
    ['with a key, of a worker without', {}, { worker: keyless }, /this process has no key/],
  ])('%s is refused before anything is asked', async (_, asked, cloud, message) => {
    const { error, calls } = await failureOf(asked, cloud);
    expect(error).toMatchObject({
      type: expect.stringMatching(/^(EncryptionRequired|InvalidRequest)$/),
      nonRetryable: true,
    });
    expect(error.message).toMatch(message);
    expect(calls).toEqual([]);
  });

  it('is served in clear by force, where nothing is encrypted, and the kubeconfig is sealed all the same', async () => {
    const { result, reader } = await issue({ allowUnencrypted }, { client: keyless, worker: keyless });
    const { sealed } = await result;
    expect(sealed).not.toContain(secret);
    expect(await reader.open(sealed)).toBe(secret);
  });
});
