import type { InstanceSet, InstanceSpec } from '../cce/instance-spec.ts';
import type { Random } from './random.ts';

/** A machine of a cluster, with what it costs. */
export interface Machine {
  cceInstanceID: string;
  instanceID: string;
  role: 'master' | 'node';
  /** As asked for, without its secrets. */
  spec: InstanceSpec;
  vpcIP: string;
  eip?: string;
  volumes: Volume[];
}

/** A CDS volume and the one snapshot that the simulator pretends was taken of it. */
export interface Volume {
  volumeID: string;
  snapshotID: string;
}

/** The machines that a create request asks for. */
export function createMachines(
  clusterID: string,
  role: Machine['role'],
  sets: readonly InstanceSet[],
  random: Random,
): Machine[] {
  return sets.flatMap(({ instanceSpec, count = 1 }) =>
    Array.from({ length: count }, () => createMachine(clusterID, role, instanceSpec, random)),
  );
}

function createMachine(clusterID: string, role: Machine['role'], spec: InstanceSpec, random: Random): Machine {
  const volumes = (spec.instanceResource?.cdsList ?? []).map(() => ({
    volumeID: `v-${random.token(8)}`,
    snapshotID: `s-${random.token(8)}`,
  }));
  return {
    cceInstanceID: `${clusterID}-${random.token(8)}`,
    instanceID: spec.existedOption?.existedInstanceID ?? `i-${random.token(8)}`,
    role,
    spec: withoutSecrets(spec),
    vpcIP: randomAddress('192.168', random),
    ...(spec.needEIP === true && { eip: randomAddress('106.12', random) }),
    volumes,
  };
}

/** An IPv4 address that begins with the two given numbers. */
export function randomAddress(prefix: string, random: Random): string {
  return `${prefix}.${Math.floor(random.next() * 256)}.${1 + Math.floor(random.next() * 254)}`;
}

function withoutSecrets({ adminPassword: _password, userData: _script, ...spec }: InstanceSpec): InstanceSpec {
  if (spec.aiInfraOption === undefined) return spec;
  const { serverLessRelayPW: _relayPassword, ...aiInfraOption } = spec.aiInfraOption;
  return { ...spec, aiInfraOption };
}
