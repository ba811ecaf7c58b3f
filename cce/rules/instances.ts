import { instanceEntries, type InstanceEntry } from '../partial-request.ts';
import type { Finding, Rule } from './rule.ts';

/** Maximum bandwidth in Mbit/s, by charge type. Source: vendor's field list. */
const maximumBandwidth: ReadonlyMap<string, number> = new Map([
  ['ByBandwidth', 200],
  ['ByTraffic', 1000],
]);

/** Sources: API page (Create cluster), vendor's field list. */
export const instanceRules: readonly Rule[] = [
  {
    id: 'instance-count',
    description: 'The `count` of new machines is at least 1; it defaults to 1.',
    severity: 'error',
    check: (request) =>
      newInstances(request)
        .filter(({ set }) => set.count !== undefined && set.count < 1)
        .map(({ path, set }) => ({
          path: `${path}.count`,
          message: `count is ${set.count}, but an entry must create at least one machine.`,
          advice: 'Set it to 1 or more, or remove the entry.',
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
          message: 'The new machine has no image: imageID and instanceOS are both missing.',
          advice: 'Set imageID (m-…), or describe the operating system in instanceOS.',
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
          advice: 'Set it to the ID of a subnet in the VPC (sbn-…).',
        })),
  },
  {
    id: 'security-group-missing',
    description: 'A new machine should have a security group, in one of the three fields for it.',
    severity: 'warning',
    check: (request) =>
      newInstances(request)
        .filter(({ spec }) => !hasSecurityGroup(spec))
        .map(({ path }) => ({
          path: `${path}.instanceSpec.vpcConfig`,
          message: 'The new machine has no security group.',
          advice: 'Set securityGroupID, or securityGroup with enableCCERequiredSecurityGroup: true.',
        })),
  },
  {
    id: 'eip-option-missing',
    description: 'A machine with `needEIP: true` needs an `eipOption`.',
    severity: 'error',
    check: (request) =>
      instanceEntries(request)
        .filter(({ spec }) => spec.needEIP === true && spec.eipOption === undefined)
        .map(({ path }) => ({
          path: `${path}.instanceSpec.eipOption`,
          message: 'needEIP is true, but eipOption, which describes the public address, is missing.',
          advice: 'Add eipOption with eipName, eipChargeType and eipBandwidth, or set needEIP to false.',
        })),
  },
  {
    id: 'eip-bandwidth',
    description:
      'The bandwidth of a public address is 1 to 200 Mbit/s if charged by bandwidth, 1 to 1000 if charged by traffic.',
    severity: 'error',
    check: (request) => instanceEntries(request).flatMap(checkBandwidth),
  },
];

function newInstances(request: Parameters<typeof instanceEntries>[0]): InstanceEntry[] {
  return instanceEntries(request).filter(({ spec }) => spec.existed !== true);
}

/** An empty `instanceOS` does not count: the vendor SDK sends one in every request. */
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
      message: `The service does not offer ${eipBandwidth} Mbit/s with the charge type ${eipChargeType}.`,
      advice: `Choose a bandwidth from 1 to ${maximum} Mbit/s.`,
    },
  ];
}
