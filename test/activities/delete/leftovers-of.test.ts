import { describe, expect, it } from 'vitest';
import { leftoversOf } from '../../../activities/delete/leftovers-of.ts';
import type { Cluster, DeleteClusterOptions } from '../../../cce/cluster.ts';
import type { ListedInstance } from '../../../cce/instances.ts';
import { mergeLeftovers } from '../../../contract/leftovers.ts';

const cluster = { spec: { clusterID: 'cce-1' }, status: { clusterBLB: { eip: '1.1.1.1' } } } as Cluster;

function machine(id: string, spec: ListedInstance['spec'] = {}): ListedInstance {
  const mountList = [{ cdsID: `v-${id}` }];
  return { spec, status: { machine: { instanceID: `i-${id}`, eip: `2.2.2.${id}`, mountList } } };
}

const instances = [
  machine('1'),
  machine('2', { instanceChargingType: 'Prepaid' }),
  machine('3', { existed: true }),
  // It is still being made.
  { spec: { cceInstanceID: 'cce-1-node' }, status: { machine: { instanceID: '', eip: '' } } },
  {},
];

const ofStaying = ['node i-2', 'eip 2.2.2.2', 'cds v-2', 'node i-3', 'eip 2.2.2.3', 'cds v-3'];
const rows: [options: DeleteClusterOptions, left: string[]][] = [
  [{ deleteResource: true, deleteCDSSnapshot: true }, ofStaying],
  [{}, ['eip 1.1.1.1', 'eip 2.2.2.1', 'cds v-1', ...ofStaying]],
  [{ moveOut: true }, ['eip 1.1.1.1', 'node i-1', 'eip 2.2.2.1', 'cds v-1', ...ofStaying, 'node cce-1-node']],
  [{ moveOut: true, deleteResource: true }, ['node i-1', 'eip 2.2.2.1', 'cds v-1', ...ofStaying, 'node cce-1-node']],
];

describe('a deletion', () => {
  it.each(rows)('with the options %j leaves %j', (options, left) => {
    expect(leftoversOf(options, cluster, instances).map(({ kind, id }) => `${kind} ${id}`)).toEqual(left);
  });

  it('says of each machine whether it is prepaid', () => {
    const nodes = leftoversOf({}, cluster, instances).filter(({ kind }) => kind === 'node');
    expect(nodes).toEqual([
      { kind: 'node', id: 'i-2', clusterID: 'cce-1', prepaid: true },
      { kind: 'node', id: 'i-3', clusterID: 'cce-1' },
    ]);
  });
});

describe('the leftovers of several deletions', () => {
  const node = { kind: 'node', id: 'i-1', clusterID: 'cce-1' } as const;
  const eip = { kind: 'eip', id: '1.1.1.1', clusterID: 'cce-1' } as const;

  it('name each resource once, and say that there may be more', () => {
    const merged = mergeLeftovers([{ resources: [node] }, undefined, { resources: [node, eip], incomplete: 'why' }]);
    expect(merged).toEqual({ resources: [node, eip], incomplete: 'why' });
  });

  it('are none if no deletion left any', () => {
    expect(mergeLeftovers([undefined, { resources: [] }])).toBeUndefined();
  });
});
