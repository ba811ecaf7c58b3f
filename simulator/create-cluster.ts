import type { ClusterSpec } from '../cce/cluster-spec.ts';
import { createClusterRequestSchema, type CreateClusterRequest } from '../cce/create-cluster.ts';
import type { InstanceSet } from '../cce/instance-spec.ts';
import { checkMachineSets, checkNodeQuota } from './check-machines.ts';
import { cidrConflict } from './cidr-conflicts.ts';
import type { ClusterRecord, ShownSpec } from './cluster-record.ts';
import { machinesOfGroup } from './instance-groups.ts';
import { creationSteps } from './lifecycle.ts';
import { orderNewCluster } from './order-new-cluster.ts';
import { randomAddress } from './machines.ts';
import { parseInput } from './parse-input.ts';
import { invalidParam, ServiceError } from './service-error.ts';
import type { Simulation } from './simulation.ts';
import type { StepTrouble } from './steps.ts';
import type { CallInput, CallOutcome } from './vendor-call.ts';
import { simulatedVpcCIDR } from './vpc.ts';

/** The source of the characters and the length is the vendor's field list. */
const clusterNamePattern = /^[\w.-]{1,65}$/;

/** POST /cluster. It is not idempotent, like the service: a second call creates a second cluster. */
export function createCluster(simulation: Simulation, { body }: CallInput): CallOutcome {
  const request = parseInput(createClusterRequestSchema, body);
  checkFields(request);
  checkAccount(simulation, request);
  const cluster = createRecord(simulation, request);
  simulation.clusters.add(cluster);
  return { body: { clusterID: cluster.clusterID }, effect: 'created', cluster };
}

function checkFields(request: CreateClusterRequest): void {
  const { clusterName, masterConfig } = request.cluster;
  if (!clusterNamePattern.test(clusterName)) {
    throw invalidParam('cluster.clusterName: must be 1 to 65 letters, digits, ".", "_" and "-"');
  }
  const masters = request.masters ?? [];
  if (['custom', 'containerizedCustom'].includes(masterConfig.masterType) && masters.length === 0) {
    throw invalidParam(`masters: required if masterType is ${masterConfig.masterType}`);
  }
  checkMachineSets([...masters, ...nodesOf(request)]);
}

/** The nodes of the request and of its groups. */
function nodesOf({ nodes = [], nodeGroups = [] }: CreateClusterRequest): InstanceSet[] {
  return [...nodes, ...nodeGroups.map(machinesOfGroup)];
}

/** The codes of these errors are assumptions; see `docs/assumptions.md`. */
function checkAccount({ clusters, options }: Simulation, request: CreateClusterRequest): void {
  const { cluster, options: requestOptions } = request;
  const live = clusters.inOrder('clusterName');
  if (live.length >= options.quota) {
    throw new ServiceError(
      400,
      'cce.warning.ExceedQuota',
      `the account has reached its quota of ${options.quota} clusters`,
    );
  }
  checkNodeQuota(options.nodeQuota, 0, nodesOf(request));
  if (options.uniqueNames && clusters.findByName(cluster.clusterName) !== undefined) {
    throw new ServiceError(409, 'cce.warning.AlreadyExist', `a cluster named ${cluster.clusterName} already exists`);
  }
  if (options.checkNetwork && requestOptions?.skipNetworkCheck !== true) {
    const { clusterPodCIDR, clusterIPServiceCIDR } = cluster.containerNetworkConfig;
    const conflict = cidrConflict(live, {
      vpcID: cluster.vpcID,
      vpcCIDR: simulatedVpcCIDR,
      clusterPodCIDR,
      clusterIPServiceCIDR,
    });
    if (conflict !== undefined) throw invalidParam(conflict.errMsg);
  }
}

function createRecord(simulation: Simulation, request: CreateClusterRequest): ClusterRecord {
  const { random, options } = simulation;
  const clusterID = freshClusterID(simulation);
  const nowMs = options.now();
  const { exposedPublic } = request.cluster.masterConfig;
  return {
    clusterID,
    clusterName: request.cluster.clusterName,
    spec: shownSpec(clusterID, request.cluster),
    loadBalancer: {
      id: `lb-${random.token(8)}`,
      vpcIP: randomAddress('100.64', random),
      eip: exposedPublic === true ? randomAddress('106.13', random) : '',
    },
    ...orderNewCluster(simulation, request),
    kubeconfigs: [],
    createdAtMs: nowMs,
    createSeconds: options.createSeconds,
    deleteSeconds: options.deleteSeconds,
    deletedVisibleSeconds: options.deletedVisibleSeconds,
    ...drawTroubles(simulation, request.cluster.clusterName, nowMs),
  };
}

function drawTroubles(
  { faults }: Simulation,
  clusterName: string,
  nowMs: number,
): Pick<ClusterRecord, 'troubles' | 'listedFromMs' | 'externalDeletionAtMs'> {
  const target = { call: 'createCluster', clusterName } as const;
  const troubles = faults.drawAll(target, ['step-fails', 'create-failed', 'stuck-step']).map((fault): StepTrouble => {
    const step =
      typeof fault.step === 'number'
        ? fault.step - 1
        : creationSteps.findIndex(({ stepName }) => stepName === fault.step);
    if (fault.kind === 'stuck-step') return { step };
    const { code, message } = fault;
    if (fault.kind === 'create-failed') return { step, failure: { code, message, suggestion: fault.suggestion } };
    return { step, failure: { code, message, suggestion: '' }, recoverAfterSeconds: fault.recoverAfterSeconds };
  });
  const lag = faults.drawFirst(target, ['list-lag']);
  const externalDeletion = faults.drawFirst(target, ['external-deletion']);
  return {
    troubles,
    listedFromMs: nowMs + (lag?.seconds ?? 0) * 1000,
    ...(externalDeletion !== undefined && { externalDeletionAtMs: nowMs + externalDeletion.afterSeconds * 1000 }),
  };
}

/** Returns an unused ID in the format of the service: `cce-` and eight letters or digits. */
export function freshClusterID(simulation: Simulation): string {
  const { random, clusters } = simulation;
  const clusterID = `cce-${random.token(8)}`;
  return clusters.find(clusterID) === undefined ? clusterID : freshClusterID(simulation);
}

/** Returns the spec for responses: the request plus the service's defaults (API page, response of Get cluster). */
export function shownSpec(clusterID: string, spec: ClusterSpec): ShownSpec {
  const { masterConfig, containerNetworkConfig } = spec;
  return {
    ...spec,
    clusterID,
    clusterType: spec.clusterType ?? 'normal',
    description: spec.description ?? '',
    vpcCIDR: simulatedVpcCIDR,
    plugins: spec.plugins ?? [
      ...(containerNetworkConfig.mode === 'kubenet' ? ['ip-masq-agent'] : []),
      'core-dns',
      'kube-proxy',
      'metrics-server',
      'nvidia-gpu',
    ],
    masterConfig:
      masterConfig.masterType === 'managed'
        ? { clusterHA: 3, managedClusterMasterOption: { masterVPCSubnetZone: 'zoneA' }, ...masterConfig }
        : masterConfig,
    containerNetworkConfig: {
      ipVersion: 'ipv4',
      nodePortRangeMin: 30_000,
      nodePortRangeMax: 32_767,
      maxPodsPerNode: 128,
      kubeProxyMode: 'ipvs',
      ...containerNetworkConfig,
    },
  };
}
