import { expect, it } from 'vitest';
import { objectionOfNodes } from '../../../activities/delete/objection-of-nodes.ts';
import type { Cluster } from '../../../cce/cluster.ts';
import type { DeleteOrder } from '../../../contract/delete-order.ts';
import { notFound } from '../watch/not-found.ts';
import { partialClient } from '../../partial-client.ts';

const { signal } = new AbortController();
const clusterAt = (clusterPhase: string, nodeNum = 0) =>
  ({ spec: { clusterID: 'cce-1', clusterName: 'any' }, status: { clusterPhase, nodeNum } }) as Cluster;
const order = { markerKey: 'key', nodes: { wanted: 4, needed: 3 } };

function objectionAt(instancePhases: readonly string[], given: DeleteOrder, cluster = clusterAt('running')) {
  const instanceList = instancePhases.map((instancePhase, index) => ({
    spec: { cceInstanceID: `node-${index}`, clusterRole: 'node' },
    status: { instancePhase },
  }));
  const listInstances = async () => ({
    instancePage: { totalCount: instanceList.length, instanceList },
    requestID: 'r',
  });
  return objectionOfNodes(partialClient({ listInstances }), given, cluster, signal);
}

const run = ['running', 'running', 'running', 'create_failed'];
const fewRun = ['running', 'running', 'create_failed', 'provisioning'];

it.each(['nodesFailed', 'nodesLate'] as const)(
  'a deletion for %s is not objected to while too few nodes run',
  async (reason) => {
    expect(await objectionAt(fewRun, { reason, ...order })).toBeUndefined();
    expect(await objectionAt(fewRun, { reason, ...order }, clusterAt('running', 4))).toBeUndefined();
  },
);

it.each(['nodesFailed', 'nodesLate'] as const)(
  'a deletion for %s is objected to when enough nodes run',
  async (reason) => {
    expect(await objectionAt(run, { reason, ...order })).toBe('3 of its nodes run now, and 3 are enough');
  },
);

it('a deletion for other reasons, or one that has begun, looks at no nodes', async () => {
  expect(await objectionAt(run, { reason: 'createFailed', markerKey: 'key' })).toBeUndefined();
  expect(await objectionAt(run, { reason: 'nodesFailed', ...order }, clusterAt('deleting'))).toBeUndefined();
});

it.each<[what: string, phases: string[], nodeNum: number, objection: string]>([
  ['no list shows its nodes', [], 0, 'the service shows only 0 of its 4 nodes'],
  ['the list shows fewer', ['running', 'create_failed'], 0, 'the service shows only 2 of its 4 nodes'],
  ['a node is leaving', ['running', 'running', 'create_failed', 'deleting'], 0, 'the service shows only 3 of its'],
  ['somebody has added a node', [...fewRun, 'provisioning'], 0, 'it has 5 nodes now, and its create asked for 4'],
  ['a running node replaces a failed one', [...fewRun, 'running'], 0, '3 of its nodes run now, and 3 are enough'],
  ['the cluster counts more nodes than the list', fewRun, 5, 'it counts 5 nodes, and the list shows 4'],
])('a deletion for failed nodes is objected to if %s', async (_, phases, nodeNum, objection) => {
  const answer = await objectionAt(phases, { reason: 'nodesFailed', ...order }, clusterAt('running', nodeNum));
  expect(answer).toContain(objection);
});

it('a deletion for failed nodes is objected to if the service does not know their list', async () => {
  const listInstances = () => Promise.reject(notFound);
  const cce = partialClient({ listInstances });
  const given: DeleteOrder = { reason: 'nodesFailed', ...order };
  expect(await objectionOfNodes(cce, given, clusterAt('running'), signal)).toBe('its nodes cannot be read');
});
