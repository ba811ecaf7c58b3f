import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCceClient, type CceClient } from '../../cce/client.ts';
import { readTemporaryKubeconfig } from '../../cce/kubeconfig.ts';
import { stateOfInstance } from '../../cce/phases.ts';

let server: Server;
let received: { target: string; body: unknown }[] = [];
let answer: { status: number; body: string };

beforeAll(async () => {
  server = createServer((request, response) => {
    void text(request).then((body) => {
      received.push({ target: `${request.method} ${request.url}`, body: body === '' ? undefined : JSON.parse(body) });
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
});

async function errorOf(call: Promise<unknown>): Promise<Error> {
  return call.then(
    () => expect.unreachable('the call succeeded'),
    (error: unknown) => error as Error,
  );
}

function clientGetting(status: number, body: unknown): CceClient {
  received = [];
  answer = { status, body: typeof body === 'string' ? body : JSON.stringify(body) };
  return createCceClient({
    region: 'bj',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: () => ({ accessKeyID: 'ak', secretAccessKey: 'sk' }),
  });
}

/** For each call: how it is made, the request that the service gets, what it answers, and what of that is read. */
const cases: [
  name: keyof CceClient,
  call: (cce: CceClient) => Promise<unknown>,
  target: string,
  body: unknown,
  answer: object,
  read: object,
][] = [
  [
    'listInstances',
    (cce) =>
      cce.listInstances('cce-1', { keywordType: 'k8sNodeName', keyword: 'a', orderBy: 'createdAt', order: 'DESC' }),
    'GET /v2/cluster/cce-1/instances?keywordType=k8sNodeName&keyword=a&orderBy=createdAt&order=DESC',
    undefined,
    {
      instancePage: {
        totalCount: 2,
        instanceList: [
          {
            spec: { cceInstanceID: 'cce-1-a', clusterRole: 'node' },
            status: { instancePhase: 'create_failed', machineStatus: 'ERROR', machine: { k8sNodeName: '10.0.0.1' } },
            createdAt: '2026-01-01T00:00:00Z',
          },
          { spec: 'changed', status: { instancePhase: 7, machine: { vpcIP: '10.0.0.2' } } },
        ],
      },
    },
    {
      instancePage: {
        instanceList: [
          {
            spec: { cceInstanceID: 'cce-1-a' },
            status: { instancePhase: 'create_failed', machine: { k8sNodeName: '10.0.0.1' } },
            createdAt: '2026-01-01T00:00:00Z',
          },
          { status: { machine: { vpcIP: '10.0.0.2' } } },
        ],
      },
    },
  ],
  [
    'getInstanceEventSteps',
    (cce) => cce.getInstanceEventSteps('i-1'),
    'GET /v2/event/instance/i-1',
    undefined,
    { status: 'create_failed', steps: [{ stepName: 'a', stepStatus: 'failed', errInfo: { code: 'c' } }] },
    { status: 'create_failed', steps: [{ errInfo: { code: 'c' } }] },
  ],
  [
    'addInstances',
    (cce) => cce.addInstances('cce-1', [{ instanceSpec: { imageID: 'm-1' }, count: 2 }]),
    'POST /v2/cluster/cce-1/instances',
    [{ instanceSpec: { imageID: 'm-1' }, count: 2 }],
    { CCEInstanceIDs: ['cce-1-a', 'cce-1-b'], requestID: 'r' },
    { cceInstanceIDs: ['cce-1-a', 'cce-1-b'], requestID: 'r' },
  ],
  [
    'deleteInstances',
    (cce) => cce.deleteInstances('cce-1', { instanceIDs: ['i-1'], deleteOption: { deleteResource: true } }),
    'PUT /v2/cluster/cce-1/instances',
    { instanceIDs: ['i-1'], deleteOption: { deleteResource: true } },
    { requestID: 'r' },
    { requestID: 'r' },
  ],
  [
    'getClusterQuota',
    (cce) => cce.getClusterQuota(),
    'GET /v2/quota/cluster',
    undefined,
    { quota: 20, used: 3 },
    { quota: 20, used: 3 },
  ],
  [
    'getNodeQuota',
    (cce) => cce.getNodeQuota('cce-1'),
    'GET /v2/quota/cluster/cce-1/node',
    undefined,
    { quota: 200, used: 0 },
    { quota: 200, used: 0 },
  ],
  [
    'getKubeconfig',
    (cce) => cce.getKubeconfig('cce-1', 'public'),
    'GET /v2/kubeconfig/cce-1/public',
    undefined,
    { kubeConfigType: 'public', kubeConfig: 'apiVersion: v1' },
    { kubeConfig: 'apiVersion: v1' },
  ],
  [
    'createTemporaryKubeconfig',
    (cce) => cce.createTemporaryKubeconfig({ clusterID: 'cce-1', expireHours: 8, kubeConfigType: 'vpc' }),
    'POST /v2/rbac',
    { clusterID: 'cce-1', expireHours: 8, kubeConfigType: 'vpc', temp: true },
    { temporaryKubeConfig: 'apiVersion: v1', data: null },
    { temporaryKubeConfig: 'apiVersion: v1' },
  ],
  [
    'setForbidDelete',
    (cce) => cce.setForbidDelete('cce-1', true),
    'PUT /v2/cluster/cce-1/forbiddelete',
    { forbidDelete: true },
    { success: true, forbidDelete: true },
    { success: true, forbidDelete: true, requestID: '' },
  ],
  [
    'checkContainerNetworkCIDR',
    (cce) => cce.checkContainerNetworkCIDR({ vpcID: 'vpc-1', containerCIDR: '10.0.0.0/16', maxPodsPerNode: 64 }),
    'POST /v2/net/check_container_network_cidr',
    { vpcID: 'vpc-1', containerCIDR: '10.0.0.0/16', maxPodsPerNode: 64 },
    {
      maxNodeNum: '256',
      isConflict: 'true',
      errMsg: 'overlap',
      containerCIDRConflict: { conflictType: 'ContainerCIDRAndCluster', conflictCluster: { clusterID: 'cce-2' } },
      clusterIPCIDRConflict: null,
    },
    { maxNodeNum: 256, isConflict: true, containerCIDRConflict: { conflictCluster: { clusterID: 'cce-2' } } },
  ],
  [
    'checkClusterIPCIDR',
    (cce) => cce.checkClusterIPCIDR({ vpcID: 'vpc-1', clusterIPCIDR: '172.16.0.0/16', ipVersion: 'ipv4' }),
    'POST /v2/net/check_clusterip_cidr',
    { vpcID: 'vpc-1', clusterIPCIDR: '172.16.0.0/16', ipVersion: 'ipv4' },
    { isConflict: false, errMsg: '' },
    { isConflict: false, errMsg: '' },
  ],
  [
    'recommendContainerCIDR',
    (cce) =>
      cce.recommendContainerCIDR({ vpcID: 'vpc-1', clusterMaxNodeNum: 10, maxPodsPerNode: 64, k8sVersion: '1.31.1' }),
    'POST /v2/net/recommend_container_cidr',
    { vpcID: 'vpc-1', clusterMaxNodeNum: 10, maxPodsPerNode: 64, k8sVersion: '1.31.1' },
    { isSuccess: true, recommendedContainerCIDRs: ['10.0.0.0/16'], recommendedContainerCIDRIPv6s: null },
    { isSuccess: true, recommendedContainerCIDRs: ['10.0.0.0/16'] },
  ],
  [
    'recommendClusterIPCIDR',
    (cce) => cce.recommendClusterIPCIDR({ clusterMaxServiceNum: 256, privateNetCIDRs: ['10.0.0.0/8'] }),
    'POST /v2/net/recommend_clusterip_cidr',
    { clusterMaxServiceNum: 256, privateNetCIDRs: ['10.0.0.0/8'] },
    { isSuccess: false, errMsg: 'none free' },
    { isSuccess: false, errMsg: 'none free' },
  ],
  [
    'listMachineSpecs',
    (cce) => cce.listMachineSpecs(['bcc.g5.c2m8'], { type: 'common' }),
    'POST /api/cce/artifact-service/v1/machine-specs?type=common',
    { machineSpecList: ['bcc.g5.c2m8'] },
    { machineSpecList: [{ machineSpec: 'bcc.g5.c2m8', status: 'Adapted' }] },
    { machineSpecList: [{ machineSpec: 'bcc.g5.c2m8', status: 'Adapted' }] },
  ],
];

it.each(cases)('%s sends its request and reads the answer', async (_, call, target, body, given, read) => {
  expect(await call(clientGetting(200, given))).toMatchObject(read);
  expect(received).toEqual([{ target, body }]);
});

it('the machine types have a path of their own, whatever the prefix of the client', async () => {
  clientGetting(200, { machineSpecList: null });
  const cce = createCceClient({
    region: 'bj',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pathPrefix: '/api/cce/service/v2',
    credentials: () => ({ accessKeyID: 'ak', secretAccessKey: 'sk' }),
  });
  expect((await cce.listMachineSpecs([])).machineSpecList).toEqual([]);
  expect(received[0]?.target).toBe('POST /api/cce/artifact-service/v1/machine-specs');
});

describe('an error of a call for a kubeconfig', () => {
  const secret = 'c2VjcmV0LWtleQ';
  const kubeconfig = `apiVersion: v1\nkind: Config\nusers:\n- user:\n    client-key-data: ${secret}\n`;
  const token = `users:\n- user:\n    token: ${secret}\n`;
  const calls: [string, (cce: CceClient) => Promise<unknown>][] = [
    ['permanent', (cce) => cce.getKubeconfig('cce-1', 'vpc')],
    [
      'temporary',
      (cce) => cce.createTemporaryKubeconfig({ clusterID: 'cce-1', expireHours: 1, kubeConfigType: 'vpc' }),
    ],
  ];

  const answers: [string, number, unknown][] = [
    ['an answer that quotes it in its message', 400, { code: 'Invalid', message: `cannot send ${kubeconfig}` }],
    ['an answer that quotes a token', 400, { code: 'Invalid', message: token }],
    ['an answer that quotes it in its code', 500, { code: kubeconfig, message: 'no' }],
    ['an answer that is cut short', 200, JSON.stringify({ kubeConfig: kubeconfig }).slice(0, -9)],
    ['a text in place of the object', 200, JSON.stringify(kubeconfig)],
  ];

  it.each(answers.flatMap(([title, ...rest]) => calls.map((call) => [title, ...rest, ...call] as const)))(
    'after %s does not quote it',
    async (_, status, body, _type, call) => {
      const error = await errorOf(call(clientGetting(status, body)));
      expect(JSON.stringify([error, error.message, error.stack])).not.toContain(secret);
    },
  );

  it('after an answer of another shape does not quote it', async () => {
    const { message } = await errorOf(clientGetting(200, { kubeConfig: { kubeconfig } }).getKubeconfig('cce-1', 'vpc'));
    expect(message).toContain('does not match the API');
    expect(message).not.toContain(secret);
  });

  it('keeps the reason that the service gives', async () => {
    const message = 'the cluster has no public address';
    await expect(
      clientGetting(400, { code: 'cce.warning.InvalidParam', message }).getKubeconfig('cce-1', 'public'),
    ).rejects.toMatchObject({ code: 'cce.warning.InvalidParam', message: expect.stringContaining(message) });
  });
});

describe('a temporary kubeconfig', () => {
  it.each([
    [{ temporaryKubeConfig: 'text' }, { kubeconfig: 'text' }],
    [{ temporaryKubeConfig: 'text', data: [{ success: true }] }, { kubeconfig: 'text' }],
    [{ temporaryKubeConfig: 'text', data: [{ success: true }, { success: false, message: 'no' }] }, { refusal: 'no' }],
    [{ data: [{ success: false }] }, { refusal: 'the service gave no reason' }],
    [{ temporaryKubeConfig: '\n', data: [undefined] }, { refusal: 'the response contains no kubeconfig' }],
  ])('in the answer %j is read as %j', (given, expected) => {
    expect(readTemporaryKubeconfig({ requestID: 'r', ...given }, 'cce-1')).toEqual(expected);
  });
});

it.each([
  ['pending', 'beingMade'],
  ['provisioning', 'beingMade'],
  ['provisioned', 'beingMade'],
  ['running', 'ready'],
  ['create_failed', 'failed'],
  ['deleting', 'leaving'],
  ['deleted', 'leaving'],
  ['delete_failed', 'leaving'],
  ['brand_new', 'beingMade'],
  [undefined, 'beingMade'],
])('a machine in the phase %s is %s', (phase, state) => {
  expect(stateOfInstance(phase)).toBe(state);
});
