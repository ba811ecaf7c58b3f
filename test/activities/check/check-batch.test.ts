import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, it } from 'vitest';
import { checkBatch } from '../../../activities/check/check-batch.ts';
import type { BatchItem } from '../../../contract/batch/item.ts';
import type { BatchCheck, BatchCheckInput } from '../../../contract/online-check.ts';
import type { BatchUpload } from '../../../contract/batch/upload.ts';
import { readExample } from '../../examples.ts';
import { partialClient } from '../../partial-client.ts';

const requestID = 'r-1';

interface Account {
  /** The names and phases of its clusters, all of which count in its quota of five. */
  clusters?: [string, string][];
  isWhole?: boolean;
  /** The machine types that the service does not support. */
  unsupported?: string[];
}

const create = (name: string, machineSpec = 'bcc.g5.c4m16'): BatchItem => {
  const request = readExample('managed', name);
  const nodes = (request.nodes ?? []).map(({ instanceSpec, ...node }) => ({
    ...node,
    instanceSpec: { ...instanceSpec, instanceResource: { ...instanceSpec.instanceResource, machineSpec } },
  }));
  return { kind: 'create', input: { request: { ...request, nodes } } };
};
const remove = (clusterID: string): BatchItem => ({ kind: 'delete', target: { clusterID } }) as unknown as BatchItem;

function check(
  items: BatchItem[],
  { clusters = [], isWhole = true, unsupported = [] }: Account,
  more: Partial<BatchCheckInput> = {},
): Promise<BatchCheck> {
  const cce = partialClient({
    getClusterQuota: async () => ({ quota: 5, used: clusters.length, requestID }),
    checkContainerNetworkCIDR: async () => ({ isConflict: false, requestID }),
    checkClusterIPCIDR: async () => ({ isConflict: false, requestID }),
    listClusters: async () => ({ clusterPage: { totalCount: 0, clusterList: [] }, requestID }),
    listMachineSpecs: async () => ({
      machineSpecList: unsupported.map((machineSpec) => ({ machineSpec, status: 'NotSupported' })),
      requestID,
    }),
  });
  const seen = clusters.map(([clusterName, clusterPhase], index) => ({
    clusterName,
    clusterPhase,
    clusterID: `cce-${index}`,
  }));
  const list = { pass: async () => ({ clusters: seen, isWhole }) } as never;
  const activity = checkBatch({ cce, list, readItem: async (_, index) => items[index]! });
  const upload = { items: items.length } as BatchUpload;
  return new MockActivityEnvironment().run(activity, { upload, ...more });
}

const creates = (count: number) => Array.from({ length: count }, (_, index) => create(`a-${index}`));
const running = (count: number) =>
  Array.from({ length: count }, (_, index): [string, string] => [`b-${index}`, 'running']);

it.each([
  ['fits', creates(5), {}, []],
  ['does not fit', creates(6), {}, ['cluster-quota']],
  ['does not fit beside the clusters that there are', creates(2), { clusters: running(4) }, ['cluster-quota']],
  ['fits, since its clusters exist', [create('b-0'), create('b-1')], { clusters: running(5) }, []],
  [
    'fits once the clusters of its names are gone',
    [create('b-0')],
    { clusters: [['b-0', 'deleting'], ...running(5).slice(1)] },
    [],
  ],
  ['fits once others are gone', [create('a-0')], { clusters: [['x', 'deleting'], ...running(4)] }, []],
  ['fits in place of what it deletes', [create('a-0'), remove('cce-0')], { clusters: running(5) }, []],
  ['cannot be judged by a list that is not whole', creates(6), { isWhole: false }, []],
] satisfies [string, BatchItem[], Account, string[]][])('a batch %s', async (_, items, account, rules) => {
  expect((await check(items, account)).errors.map(({ rule }) => rule)).toEqual(rules);
});

it('a list that is not whole is a warning', async () => {
  expect((await check(creates(1), { isWhole: false })).warnings).toMatchObject([{ rule: 'not-checked' }]);
});

it('what is left out for want of quota need not be right otherwise', async () => {
  const items = [...creates(5), create('a-5', 'bcc.none')];
  const account = { unsupported: ['bcc.none'] };
  expect((await check(items, account)).errors.map(({ rule }) => rule)).toContain('machine-type');
  const taken = await check(items, account, { takeWhatFits: true });
  expect(taken).toMatchObject({ errors: [], leftOut: { indices: [5], lastNames: ['a-5'] } });
});
