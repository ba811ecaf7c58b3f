import { describe, expect, it } from 'vitest';
import type { CreateClusterRequest } from '../../../cce/create-cluster.ts';
import { machineTypeProblems, machineTypesOf } from '../../../cce/online/machine-types.ts';
import { quotaProblem, roomIn } from '../../../cce/online/quota.ts';
import {
  conflictProblem,
  podRecommendation,
  rangeConflicts,
  rangeQuestionOf,
  roomProblem,
  serviceRecommendation,
} from '../../../cce/online/ranges.ts';
import { readExample } from '../../examples.ts';

function withNetwork(network: object, more: object = {}): CreateClusterRequest {
  const { cluster, ...rest } = readExample('managed', 'a');
  const containerNetworkConfig = { ...cluster.containerNetworkConfig, ...network };
  return { ...rest, ...more, cluster: { ...cluster, containerNetworkConfig } } as CreateClusterRequest;
}

describe('the quota of clusters', () => {
  it.each([
    [{ quota: 5, used: 0 }, 5, undefined],
    [{ quota: 5, used: 0 }, 8, /room for 5, and 8/],
    [{ quota: 5, used: 7 }, 1, /has 7: there is room for 0/],
    [{ quota: -1, used: 7 }, 1_000, undefined],
  ])('%j has room for %i: %s', (quota, wanted, message) => {
    const problem = quotaProblem(quota, wanted);
    if (message === undefined) expect(problem).toBeUndefined();
    else expect(problem).toMatchObject({ rule: 'cluster-quota', message: expect.stringMatching(message) });
    expect(roomIn(quota) >= wanted).toBe(message === undefined);
  });
});

describe('the machine types of a request', () => {
  const types = (machineSpec: string) => ({ instanceResource: { machineSpec } });
  const request = {
    ...readExample('managed', 'a'),
    masters: [{ instanceSpec: types('m') }, { instanceSpec: { ...types('existing'), existed: true } }],
    nodes: [{ instanceSpec: types('n'), count: 2 }, { instanceSpec: {} }],
    nodeGroups: [{ instanceTemplate: types('g'), instanceTemplates: [types('h')] }],
  } as unknown as CreateClusterRequest;

  it('have the paths of the machines that it makes', () => {
    expect(machineTypesOf(request)).toEqual([
      { path: 'masters[0].instanceSpec.instanceResource.machineSpec', name: 'm' },
      { path: 'nodes[0].instanceSpec.instanceResource.machineSpec', name: 'n' },
      { path: 'nodeGroups[0].instanceTemplate.instanceResource.machineSpec', name: 'g' },
      { path: 'nodeGroups[0].instanceTemplates[0].instanceResource.machineSpec', name: 'h' },
    ]);
  });

  it('are refused if the service does not support them, and only those', () => {
    const specs = [
      { machineSpec: 'm', status: 'Adapted' },
      { machineSpec: 'n', status: 'NotSupported' },
      { machineSpec: 'h', status: 'Unadapted' },
      { machineSpec: 'existing', status: 'NotSupported' },
    ];
    const { errors, warnings } = machineTypeProblems(request, specs);
    expect(errors.map(({ path }) => path)).toEqual(['nodes[0].instanceSpec.instanceResource.machineSpec']);
    expect(warnings.map(({ message }) => message)).toEqual([expect.stringContaining('h is not adapted')]);
  });
});

describe('the ranges of a request', () => {
  it.each<[what: string, request: CreateClusterRequest, call: string | undefined]>([
    ['pods with routes', withNetwork({ mode: 'vpc-route-veth' }), 'checkContainerNetworkCIDR'],
    ['pods in the VPC', withNetwork({ mode: 'vpc-eni' }), 'checkClusterIPCIDR'],
    ['no range', withNetwork({ clusterPodCIDR: undefined, clusterIPServiceCIDR: undefined }), undefined],
    ['no check wanted', withNetwork({}, { options: { skipNetworkCheck: true } }), undefined],
  ])('are asked about by the call that fits: %s', (_, request, call) => {
    expect(rangeQuestionOf(request)?.call).toBe(call);
  });

  it('are sent as far as the request has them', () => {
    expect(rangeQuestionOf(withNetwork({ maxPodsPerNode: undefined }))).toEqual({
      call: 'checkContainerNetworkCIDR',
      body: {
        vpcID: 'vpc-mwbgygrjb72w',
        containerCIDR: '172.28.0.0/16',
        clusterIPCIDR: '172.31.0.0/16',
        ipVersion: 'ipv4',
        maxPodsPerNode: 128,
      },
    });
  });

  it.each([
    [{ isConflict: false, containerCIDRConflict: { conflictType: 'x' } }, []],
    [
      {
        isConflict: true,
        containerCIDRConflict: { conflictCluster: { clusterID: 'cce-1', containerCIDR: '10.0.0.0/8' } },
      },
      [{ use: 'pods', clusterID: 'cce-1', text: 'overlaps the range 10.0.0.0/8 of the pods of cce-1' }],
    ],
    [
      {
        isConflict: true,
        containerCIDRConflict: { conflictVPCRoute: { routeRule: { destinationAddress: '10.1.0.0/16' } } },
      },
      [{ use: 'pods', text: 'overlaps the route to 10.1.0.0/16 in the VPC' }],
    ],
    [
      { isConflict: true, clusterIPCIDRConflict: { conflictNodeCIDR: { nodeCIDR: '192.168.0.0/16' } } },
      [{ use: 'services', text: 'overlaps the range 192.168.0.0/16 of the nodes' }],
    ],
    [{ isConflict: true, errMsg: 'no reason' }, [{ use: 'pods', text: 'collides: no reason' }]],
    [{ isConflict: true }, [{ use: 'pods', text: 'collides with another range' }]],
  ])('collide as the answer %j says', (answer, conflicts) => {
    expect(rangeConflicts(answer)).toEqual(conflicts);
  });

  it('that are taken are named with what the service recommends', () => {
    const conflict = { use: 'pods', text: 'is taken' } as const;
    expect(conflictProblem(withNetwork({}), conflict, ['10.0.0.0/16', '10.1.0.0/16'])).toMatchObject({
      path: 'cluster.containerNetworkConfig.clusterPodCIDR',
      message: 'The range 172.28.0.0/16 of the pods is taken.',
      advice: 'Choose another range; the service recommends 10.0.0.0/16, 10.1.0.0/16.',
    });
  });

  it('are recommended as large as those that are taken', () => {
    const request = withNetwork({ maxPodsPerNode: 100 });
    expect(podRecommendation(request)).toMatchObject({ clusterMaxNodeNum: 512, maxPodsPerNode: 100 });
    expect(serviceRecommendation(request)).toMatchObject({
      clusterMaxServiceNum: 65_536,
      containerCIDR: '172.28.0.0/16',
    });
  });

  it('must have room for all nodes', () => {
    const request = { ...withNetwork({}), nodes: [{ instanceSpec: {}, count: 20 }] } as CreateClusterRequest;
    expect(roomProblem(request, { maxNodeNum: 20 })).toBeUndefined();
    expect(roomProblem(request, { maxNodeNum: 19 })).toMatchObject({ message: expect.stringContaining('19 nodes') });
    expect(roomProblem(request, {})).toBeUndefined();
  });
});
