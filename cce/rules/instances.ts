import { instanceEntries, type InstanceEntry } from '../partial-request.ts';
import type { Finding, Rule } from './rule.ts';

/** Mbit/s by way of charging. Source: vendor's field list. */
const maximumBandwidth: ReadonlyMap<string, number> = new Map([
  ['ByBandwidth', 200],
  ['ByTraffic', 1000],
]);

/** Sources: API page (Create cluster), vendor's field list. */
export const instanceRules: readonly Rule[] = [
  {
    id: 'instance-count',
    description: 'The number of new machines of a kind is at least 1; left out, it is 1.',
    severity: 'error',
    check: (request) =>
      newInstances(request)
        .filter(({ set }) => set.count !== undefined && set.count < 1)
        .map(({ path, set }) => ({
          path: `${path}.count`,
          message: `${set.count} machines cannot be created.`,
          advice: 'Set it to 1 or more, or remove the whole entry.',
        })),
  },
  {
    id: 'image-missing',
    description: 'A new machine needs an image: `imageID` or `instanceOS`.',
    severity: 'error',
    check: (request) =>
      newInstances(request)
        .filter(({ spec }) => !hasImage(spec))
        .map(({ path }) => ({
          path: `${path}.instanceSpec`,
          message: 'The new machine has neither imageID nor instanceOS.',
          advice: 'Set imageID (m-…), or describe the system in instanceOS.',
        })),
  },
  {
    id: 'subnet-missing',
    description: 'A new machine needs a subnet: `vpcConfig.vpcSubnetID`.',
    severity: 'error',
    check: (request) =>
      newInstances(request)
        .filter(({ spec }) => !spec.vpcConfig?.vpcSubnetID)
        .map(({ path }) => ({
          path: `${path}.instanceSpec.vpcConfig.vpcSubnetID`,
          message: 'The new machine has no subnet.',
          advice: 'Name a subnet of the VPC (sbn-…).',
        })),
  },
  {
    id: 'security-group-missing',
    description: 'A new machine should name its security group in one of the three ways.',
    severity: 'warning',
    check: (request) =>
      newInstances(request)
        .filter(({ spec }) => !hasSecurityGroup(spec))
        .map(({ path }) => ({
          path: `${path}.instanceSpec.vpcConfig`,
          message: 'The new machine names no security group.',
          advice: 'Set securityGroupID, or securityGroup with enableCCERequiredSecurityGroup: true.',
        })),
  },
  {
    id: 'eip-option-missing',
    description: 'A machine with `needEIP` needs an `eipOption`.',
    severity: 'error',
    check: (request) =>
      instanceEntries(request)
        .filter(({ spec }) => spec.needEIP === true && spec.eipOption === undefined)
        .map(({ path }) => ({
          path: `${path}.instanceSpec.eipOption`,
          message: 'The machine needs a public address, and nothing says which.',
          advice: 'Add eipOption with eipName, eipChargeType and eipBandwidth, or set needEIP to false.',
        })),
  },
  {
    id: 'eip-bandwidth',
    description: 'The bandwidth of a public address is 1 to 200 Mbit/s charged by bandwidth, 1 to 1000 by traffic.',
    severity: 'error',
    check: (request) => instanceEntries(request).flatMap(checkBandwidth),
  },
];

function newInstances(request: Parameters<typeof instanceEntries>[0]): InstanceEntry[] {
  return instanceEntries(request).filter(({ spec }) => spec.existed !== true);
}

/** An empty `instanceOS` says nothing: the vendor SDK writes one in every request. */
function hasImage({ imageID, instanceOS }: InstanceEntry['spec']): boolean {
  return Boolean(imageID) || Object.values(instanceOS ?? {}).some(Boolean);
}

function hasSecurityGroup({ vpcConfig }: InstanceEntry['spec']): boolean {
  const { securityGroupID, securityGroup, securityGroups = [] } = vpcConfig ?? {};
  return Boolean(securityGroupID) || securityGroup !== undefined || securityGroups.length > 0;
}

function checkBandwidth({ path, spec }: InstanceEntry): Finding[] {
  const { eipBandwidth, eipChargeType = '' } = spec.eipOption ?? {};
  const maximum = maximumBandwidth.get(eipChargeType);
  if (maximum === undefined || eipBandwidth === undefined) return [];
  if (eipBandwidth >= 1 && eipBandwidth <= maximum) return [];
  return [
    {
      path: `${path}.instanceSpec.eipOption.eipBandwidth`,
      message: `${eipBandwidth} Mbit/s are not offered for ${eipChargeType}.`,
      advice: `Set it to 1-${maximum}.`,
    },
  ];
}
