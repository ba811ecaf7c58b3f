import type { Fields } from './set-fields.ts';
import { disk, eip, existedMachine } from './valid-request.ts';

const pod = 'cluster.containerNetworkConfig.clusterPodCIDR';
const service = 'cluster.containerNetworkConfig.clusterIPServiceCIDR';
export const machine = 'nodes[0].instanceSpec';
const existed = 'nodes[1].instanceSpec';

/** One way to violate one rule. */
export interface Violation {
  rule: string;
  /** The fields to set in a valid request. */
  set: Fields;
  /** The paths at which the rule must report a problem. No other rule may report one. */
  paths: string[];
  disabledRules?: string[];
}

export const violations: Violation[] = [
  { rule: 'missing-field', set: { 'cluster.clusterName': undefined }, paths: ['cluster.clusterName'] },
  { rule: 'missing-field', set: { cluster: undefined }, paths: ['cluster'] },
  { rule: 'missing-field', set: { 'nodes[0].instanceSpec': undefined }, paths: ['nodes[0].instanceSpec'] },
  { rule: 'wrong-type', set: { 'cluster.clusterName': null }, paths: ['cluster.clusterName'] },
  { rule: 'wrong-type', set: { 'nodes[0].count': '3' }, paths: ['nodes[0].count'] },
  { rule: 'wrong-type', set: { 'nodes[0].count': 1.5 }, paths: ['nodes[0].count'] },
  {
    rule: 'wrong-type',
    set: { [`${machine}.adminPassword`]: { fromVault: 'a' } },
    paths: [`${machine}.adminPassword`],
  },
  {
    rule: 'wrong-type',
    set: { [`${machine}.taints`]: [{ key: 'a', effect: 'NoExecute', timeAdded: 'now' }] },
    paths: [`${machine}.taints[0].timeAdded`],
  },
  { rule: 'wrong-type', set: { [`${machine}.labels`]: { 'a.b/c': 1 } }, paths: [`${machine}.labels["a.b/c"]`] },
  { rule: 'misspelt-field', set: { 'cluster.clusterNmae': 'a' }, paths: ['cluster.clusterNmae'] },
  {
    rule: 'misspelt-field',
    set: { [`${machine}.instanceResource.cdslists`]: [] },
    paths: [`${machine}.instanceResource.cdslists`],
  },
  {
    rule: 'misspelt-field',
    set: { [`${machine}.instanceResource.cup`]: 4 },
    paths: [`${machine}.instanceResource.cup`],
  },
  { rule: 'misspelt-field', set: { node: [] }, paths: ['node'] },
  { rule: 'unknown-value', set: { 'cluster.k8sVersion': '1.99.0' }, paths: ['cluster.k8sVersion'] },
  {
    rule: 'unknown-value',
    set: { 'cluster.masterConfig.masterType': 'Custom' },
    paths: ['cluster.masterConfig.masterType'],
  },
  {
    rule: 'unknown-value',
    set: { 'cluster.containerNetworkConfig.mode': 'calico' },
    paths: ['cluster.containerNetworkConfig.mode'],
  },
  { rule: 'cluster-name', set: { 'cluster.clusterName': '' }, paths: ['cluster.clusterName'] },
  { rule: 'cluster-name', set: { 'cluster.clusterName': 'a'.repeat(66) }, paths: ['cluster.clusterName'] },
  { rule: 'cluster-name', set: { 'cluster.clusterName': 'a cluster' }, paths: ['cluster.clusterName'] },
  { rule: 'cluster-name', set: { 'cluster.clusterName': 'a\n' }, paths: ['cluster.clusterName'] },
  { rule: 'masters-missing', set: { masters: undefined }, paths: ['masters'] },
  {
    rule: 'masters-missing',
    set: { masters: [], 'cluster.masterConfig.masterType': 'containerizedCustom' },
    paths: ['masters'],
  },
  { rule: 'masters-unexpected', set: { 'cluster.masterConfig.masterType': 'managed' }, paths: ['masters'] },
  { rule: 'masters-unexpected', set: { 'cluster.masterConfig.masterType': 'managedPro' }, paths: ['masters'] },
  { rule: 'masters-unexpected', set: { 'cluster.masterConfig': { masterType: 'serverless' } }, paths: ['masters'] },
  { rule: 'cluster-ha', set: { 'cluster.masterConfig.clusterHA': 4 }, paths: ['cluster.masterConfig.clusterHA'] },
  {
    rule: 'cluster-ha',
    set: { 'cluster.masterConfig': { masterType: 'managed', clusterHA: 5 }, masters: undefined },
    paths: ['cluster.masterConfig.clusterHA'],
  },
  {
    rule: 'load-balancer-subnet',
    set: { 'cluster.masterConfig.clusterBLBVPCSubnetID': '' },
    paths: ['cluster.masterConfig.clusterBLBVPCSubnetID'],
  },
  { rule: 'instance-count', set: { 'nodes[0].count': 0 }, paths: ['nodes[0].count'] },
  { rule: 'instance-count', set: { 'masters[0].count': -1 }, paths: ['masters[0].count'] },
  { rule: 'image-missing', set: { [`${machine}.imageID`]: undefined }, paths: [machine] },
  { rule: 'image-missing', set: { [`${machine}.imageID`]: '', [`${machine}.instanceOS`]: {} }, paths: [machine] },
  {
    rule: 'subnet-missing',
    set: { [`${machine}.vpcConfig.vpcSubnetID`]: undefined },
    paths: [`${machine}.vpcConfig.vpcSubnetID`],
  },
  {
    rule: 'security-group-missing',
    set: { [`${machine}.vpcConfig.securityGroupID`]: undefined },
    paths: [`${machine}.vpcConfig`],
  },
  { rule: 'eip-option-missing', set: { [`${machine}.needEIP`]: true }, paths: [`${machine}.eipOption`] },
  {
    rule: 'eip-bandwidth',
    set: { [`${machine}.eipOption`]: eip('ByBandwidth', 201) },
    paths: [`${machine}.eipOption.eipBandwidth`],
  },
  {
    rule: 'eip-bandwidth',
    set: { [`${machine}.eipOption`]: eip('ByTraffic', 0) },
    paths: [`${machine}.eipOption.eipBandwidth`],
  },
  { rule: 'inline-secret', set: { [`${machine}.userData`]: 'echo hello' }, paths: [`${machine}.userData`] },
  { rule: 'inline-secret', set: { [`${machine}.adminPassword`]: 'test123!T' }, paths: [`${machine}.adminPassword`] },
  {
    rule: 'inline-secret',
    set: { [`${machine}.aiInfraOption`]: { serverlessRelayPW: 'a' } },
    paths: [`${machine}.aiInfraOption.serverlessRelayPW`],
  },
  {
    rule: 'existed-instance-id',
    set: { [`${existed}.existedOption.existedInstanceID`]: undefined },
    paths: [`${existed}.existedOption.existedInstanceID`],
  },
  {
    rule: 'existed-instance-twice',
    set: { 'masters[0].instanceSpec': existedMachine(), 'masters[0].count': 1 },
    paths: [`${existed}.existedOption.existedInstanceID`],
  },
  {
    rule: 'rebuild-image-missing',
    set: { [`${existed}.existedOption.rebuild`]: true },
    paths: [existed],
    disabledRules: ['rebuild-wipes'],
  },
  {
    rule: 'password-strength',
    set: { [`${machine}.adminPassword`]: 'test1234' },
    paths: [`${machine}.adminPassword`],
    disabledRules: ['inline-secret'],
  },
  { rule: 'existed-count', set: { 'nodes[1].count': 2 }, paths: ['nodes[1].count'] },
  {
    rule: 'rebuild-wipes',
    set: { [`${existed}.existedOption.rebuild`]: true, [`${existed}.imageID`]: 'm-1' },
    paths: [`${existed}.existedOption.rebuild`],
  },
  {
    rule: 'rebuild-wipes',
    set: { [`${existed}.existedOption.rebuild`]: undefined, [`${existed}.imageID`]: 'm-1' },
    paths: [`${existed}.existedOption.rebuild`],
  },
  {
    rule: 'keep-system-password',
    set: { [`${existed}.adminPassword`]: undefined },
    paths: [`${existed}.adminPassword`],
  },
  { rule: 'keep-system-image', set: { [`${existed}.machineType`]: 'BCC' }, paths: [`${existed}.machineType`] },
  {
    rule: 'keep-system-image',
    set: { [`${existed}.instanceOS`]: { osName: 'CentOS' } },
    paths: [`${existed}.instanceOS`],
  },
  {
    rule: 'existed-disks',
    set: { [`${existed}.instanceResource`]: { cdsList: [disk('/data')] } },
    paths: [`${existed}.instanceResource.cdsList`],
  },
  {
    rule: 'disk-path-twice',
    set: { [`${machine}.instanceResource.cdsList[1]`]: disk('/data') },
    paths: [`${machine}.instanceResource.cdsList[1].diskPath`],
  },
  {
    rule: 'disk-path-twice',
    set: { [`${machine}.instanceResource.cdsList[1]`]: disk('/data/') },
    paths: [`${machine}.instanceResource.cdsList[1].diskPath`],
  },
  {
    rule: 'disk-path-twice',
    set: { [`${machine}.instanceResource.cdsList[1]`]: disk('//data/./') },
    paths: [`${machine}.instanceResource.cdsList[1].diskPath`],
  },
  {
    rule: 'disk-path-twice',
    set: { [`${machine}.instanceResource.ephemeralDiskList`]: [disk('/data')] },
    paths: [`${machine}.instanceResource.ephemeralDiskList[0].diskPath`],
  },
  { rule: 'invalid-cidr', set: { [pod]: '10.0.0.0' }, paths: [pod] },
  { rule: 'invalid-cidr', set: { [pod]: '10.0.0.0/33' }, paths: [pod] },
  { rule: 'invalid-cidr', set: { [pod]: '10/8' }, paths: [pod] },
  { rule: 'invalid-cidr', set: { [pod]: 'fd00::/64' }, paths: [pod] },
  { rule: 'invalid-cidr', set: { [`${pod}IPv6`]: '10.9.0.0/16' }, paths: [`${pod}IPv6`] },
  { rule: 'invalid-cidr', set: { [service]: 'none' }, paths: [service] },
  { rule: 'invalid-cidr', set: { 'cluster.vpcCIDR': '192.168.0.0/x' }, paths: ['cluster.vpcCIDR'] },
  {
    rule: 'invalid-cidr',
    set: { [`${machine}.vpcConfig.vpcSubnetCIDR`]: '300.0.0.0/8' },
    paths: [`${machine}.vpcConfig.vpcSubnetCIDR`],
  },
  { rule: 'cidr-host-bits', set: { [pod]: '10.0.3.7/16' }, paths: [pod] },
  { rule: 'cidr-host-bits', set: { [`${pod}IPv6`]: 'fd00::1/64' }, paths: [`${pod}IPv6`] },
  { rule: 'ranges-overlap', set: { [service]: '10.0.128.0/20' }, paths: [service] },
  { rule: 'ranges-overlap', set: { [pod]: '192.168.200.0/22' }, paths: [pod] },
  { rule: 'ranges-overlap', set: { [service]: '192.0.0.0/8' }, paths: [service, service] },
  {
    rule: 'ranges-overlap',
    set: { [`${pod}IPv6`]: 'fd00::/16', [`${service}IPv6`]: 'fd00:1::/112' },
    paths: [`${service}IPv6`],
  },
  {
    rule: 'max-pods-per-node',
    set: { [pod]: '10.0.0.0/23' },
    paths: ['cluster.containerNetworkConfig.maxPodsPerNode'],
  },
  {
    rule: 'max-pods-per-node',
    set: { 'cluster.containerNetworkConfig.maxPodsPerNode': 0 },
    paths: ['cluster.containerNetworkConfig.maxPodsPerNode'],
  },
  {
    rule: 'max-pods-per-node',
    set: { [pod]: '10.0.0.0/21', 'cluster.containerNetworkConfig.maxPodsPerNode': 257 },
    paths: ['cluster.containerNetworkConfig.maxPodsPerNode'],
  },
  {
    rule: 'node-port-range',
    set: { 'cluster.containerNetworkConfig.nodePortRangeMin': 32767 },
    paths: ['cluster.containerNetworkConfig.nodePortRangeMin'],
  },
  {
    rule: 'node-port-range',
    set: { 'cluster.containerNetworkConfig.nodePortRangeMax': 29999 },
    paths: ['cluster.containerNetworkConfig.nodePortRangeMin'],
  },
  {
    rule: 'node-port-range',
    set: { 'cluster.containerNetworkConfig.nodePortRangeMin': 0 },
    paths: ['cluster.containerNetworkConfig.nodePortRangeMin'],
  },
  {
    rule: 'node-port-range',
    set: { 'cluster.containerNetworkConfig.nodePortRangeMax': 65537 },
    paths: ['cluster.containerNetworkConfig.nodePortRangeMax'],
  },
];
