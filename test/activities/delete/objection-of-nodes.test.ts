import { expect, it } from 'vitest';
import { objectionOfNodes } from '../../../activities/delete/objection-of-nodes.ts';
import type { Cluster } from '../../../cce/cluster.ts';
import type { DeleteOrder } from '../../../contract/delete-order.ts';
import { partialClient } from '../../partial-client.ts';

const { signal } = new AbortController();
const clusterAt = (clusterPhase: string) =>
  ({ spec: { clusterID: 'cce-1', clusterName: 'any' }, status: { clusterPhase } }) as Cluster;
const order = { markerKey: 'key', nodes: { wanted: 4, needed: 3 } };

function objectionAt(instancePhases: readonly string[], given: DeleteOrder, clusterPhase = 'running') {
  const instanceList = instancePhases.map((instancePhase, index) => ({
    spec: { cceInstanceID: `node-${index}`, clusterRole: 'node' },
    status: { instancePhase },
  }));
  const listInstances = async () => ({
    instancePage: { totalCount: instanceList.length, instanceList },
    requestID: 'r',
  });
  return objectionOfNodes(partialClient({ listInstances }), given, clusterAt(clusterPhase), signal);
}

const run = ['running', 'running', 'running', 'create_failed'];
const fewRun = ['running', 'running', 'create_failed', 'provisioning', 'running'];

it.each(['nodesFailed', 'nodesLate'] as const)(
  'a deletion for %s is not objected to while too few nodes run',
  async (reason) => {
    expect(await objectionAt(fewRun, { reason, ...order })).toBeUndefined();
    expect(await objectionAt([], { reason, ...order })).toBeUndefined();
  },
);

it.each(['nodesFailed', 'nodesLate'] as const)(
  'a deletion for %s is objected to when enough nodes run',
  async (reason) => {
    expect(await objectionAt(run, { reason, ...order })).toBe('3 of its 4 nodes run now, and 3 are enough');
  },
);

it('a deletion for other reasons, or one that has begun, looks at no nodes', async () => {
  expect(await objectionAt(run, { reason: 'createFailed', markerKey: 'key' })).toBeUndefined();
  expect(await objectionAt(run, { reason: 'nodesFailed', ...order }, 'deleting')).toBeUndefined();
});
