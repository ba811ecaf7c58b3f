import type { InstanceSet, InstanceSpec } from '../cce/instance-spec.ts';
import type { Random } from './random.ts';

/** A machine of a cluster with its paid resources. */
export interface Machine {
  cceInstanceID: string;
  instanceID: string;
  role: 'master' | 'node';
  /** The spec from the request, without secrets. */
  spec: InstanceSpec;
  vpcIP: string;
  eip?: string;
  volumes: Volume[];
}

/** A CDS volume and its simulated snapshot. */
export interface Volume {
  volumeID: string;
  snapshotID: string;
}

/** Creates the machines of a create request. */
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

/** Returns a random IPv4 address.
 *
 * @param prefix The first two numbers, e.g. `192.168`.
 */
export function randomAddress(prefix: string, random: Random): string {
  return `${prefix}.${Math.floor(random.next() * 256)}.${1 + Math.floor(random.next() * 254)}`;
}

function withoutSecrets({ adminPassword: _password, userData: _script, ...spec }: InstanceSpec): InstanceSpec {
  if (spec.aiInfraOption === undefined) return spec;
  const { serverLessRelayPW: _relayPassword, ...aiInfraOption } = spec.aiInfraOption;
  return { ...spec, aiInfraOption };
}
