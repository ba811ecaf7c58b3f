import { z } from 'zod';
import { openEnum, textMapSchema, wireObject } from './wire.ts';

/** A tag of the account's billing and grouping system. */
export type Tag = z.infer<typeof tagSchema>;
export const tagSchema = wireObject({ tagKey: z.string(), tagValue: z.string() });

/** A security group by its ID (`g-…` normal, `esg-…` enterprise). Source: vendor SDK. */
export type SecurityGroupReference = z.infer<typeof securityGroupReferenceSchema>;
export const securityGroupReferenceSchema = wireObject({
  name: z.string().optional(),
  type: openEnum('normal', 'enterprise').optional(),
  id: z.string(),
});

/** The prepaid term of a resource and its renewal. Times are in their unit field, usually months. */
export const prepaymentShape = {
  purchaseTime: z.int().optional(),
  purchaseTimeUnit: z.string().optional(),
  autoRenew: z.boolean().optional(),
  /** A number in the vendor SDK, a string in the vendor's field list. */
  autoRenewTime: z.union([z.int(), z.string()]).optional(),
  autoRenewTimeUnit: z.string().optional(),
};

/** Options for masters that the service runs. */
export type ManagedClusterMasterOption = z.infer<typeof managedClusterMasterOptionSchema>;
export const managedClusterMasterOptionSchema = wireObject({
  /** @default 'zoneA' */
  masterVPCSubnetZone: openEnum('zoneA', 'zoneB', 'zoneC', 'zoneD', 'zoneE', 'zoneF').optional(),
  /** The number of nodes that the masters support. The field list writes `L50`, the SDK `l50`. */
  masterFlavor: openEnum(
    'l50',
    'l200',
    'l500',
    'l1000',
    'l3000',
    'l5000',
    'L50',
    'L200',
    'L500',
    'L1000',
    'L3000',
    'L5000',
  ).optional(),
  /** @default 'USER' */
  clusterBLBSource: openEnum('CCE', 'USER').optional(),
  masterVPCSubnetUUID: z.string().optional(),
  masterSecurityGroupUUID: z.string().optional(),
});

/** Options of a serverless cluster. Source: vendor's field list; the SDK does not have it. */
export type ServerlessMasterOption = z.infer<typeof serverlessMasterOptionSchema>;
export const serverlessMasterOptionSchema = wireObject({
  masterSecurityGroupID: z.string().optional(),
  vkSecurityGroupID: z.string(),
  vkSubnets: z.array(wireObject({ availableZone: z.string().optional(), subnetID: z.string().optional() })).optional(),
});

/** Who runs the masters, their number, and the access to the API server. */
export type MasterConfig = z.infer<typeof masterConfigSchema>;
export const masterConfigSchema = wireObject({
  masterType: openEnum('managed', 'custom', 'managedPro', 'containerizedCustom', 'serverless'),
  /** The number of masters: managed 1 or 3, serverless 2. @default 3 for managed masters */
  clusterHA: z.int().optional(),
  /** Whether the API server gets a public address. */
  exposedPublic: z.boolean().optional(),
  /** The subnet of the API server's load balancer; required for custom masters. */
  clusterBLBVPCSubnetID: z.string().optional(),
  clusterBLBID: z.string().optional(),
  clusterBLBEIP: z.string().optional(),
  managedClusterMasterOption: managedClusterMasterOptionSchema.optional(),
  serverlessMasterOption: serverlessMasterOptionSchema.optional(),
});

/** Addresses and ports of pods and services. */
export type ContainerNetworkConfig = z.infer<typeof containerNetworkConfigSchema>;
export const containerNetworkConfigSchema = wireObject({
  mode: openEnum(
    'kubenet',
    'vpc-cni',
    'vpc-route-veth',
    'vpc-route-ipvlan',
    'vpc-route-auto-detect',
    'vpc-secondary-ip-veth',
    'vpc-secondary-ip-ipvlan',
    'vpc-secondary-ip-auto-detect',
    'vpc-eni',
  ),
  /** Subnets for the pods' network interfaces, by zone. */
  eniVPCSubnetIDs: z.record(z.string(), z.array(z.string())).optional(),
  eniSecurityGroupID: z.string().optional(),
  /** @default 'ipv4' */
  ipVersion: openEnum('ipv4', 'ipv6', 'dualStack').optional(),
  /** The subnet from which load balancers of Kubernetes services get their addresses. */
  lbServiceVPCSubnetID: z.string(),
  /** @default 30000 */
  nodePortRangeMin: z.int().optional(),
  /** @default 32767 */
  nodePortRangeMax: z.int().optional(),
  clusterPodCIDR: z.string().optional(),
  clusterPodCIDRIPv6: z.string().optional(),
  clusterIPServiceCIDR: z.string().optional(),
  clusterIPServiceCIDRIPv6: z.string().optional(),
  /** @default 128 */
  maxPodsPerNode: z.int().optional(),
  /** @default 'ipvs' */
  kubeProxyMode: openEnum('ipvs', 'iptables', 'cilium', 'ebpf').optional(),
  ebpfConfig: wireObject({
    enabled: z.boolean().optional(),
    datapathV2Enabled: z.boolean().optional(),
    kubeProxyReplacementMode: z.string().optional(),
    serviceLBMode: z.string().optional(),
    cniChainingMode: z.string().optional(),
  }).optional(),
  networkPolicyType: openEnum('none', 'felix', 'eBPF').optional(),
  enableNodeLocalDNS: z.boolean().optional(),
  nodeLocalDNSAddr: z.string().optional(),
  netDeviceDriver: z.string().optional(),
  enableRDMA: z.boolean().optional(),
  enableCVEni: z.boolean().optional(),
  ippoolMinAllocateIPs: z.int().optional(),
  bceCustomerMaxIp: z.int().optional(),
});

/** Settings of the Kubernetes components. */
export type K8SCustomConfig = z.infer<typeof k8sCustomConfigSchema>;
export const k8sCustomConfigSchema = wireObject({
  customLabels: textMapSchema.optional(),
  masterFeatureGates: z.record(z.string(), z.boolean()).optional(),
  nodeFeatureGates: z.record(z.string(), z.boolean()).optional(),
  admissionPlugins: z.array(z.string()).optional(),
  pauseImage: z.string().optional(),
  kubeAPIQPS: z.int().optional(),
  kubeAPIBurst: z.int().optional(),
  schedulerPredicates: z.array(z.string()).optional(),
  schedulerPriorities: z.record(z.string(), z.int()).optional(),
  etcdDataPath: z.string().optional(),
  enableKMSProvider: z.boolean().optional(),
  kmsKeyID: z.string().optional(),
  enableHostname: z.boolean().optional(),
  enableLBServiceController: z.boolean().optional(),
  enableCloudNodeController: z.boolean().optional(),
  disableCCM: z.boolean().optional(),
  enableEdgeHub: z.boolean().optional(),
  enableDefaultPluginDeployByHelm: z.boolean().optional(),
  disableKubeletReadOnlyPort: z.boolean().optional(),
  apiServerCertSAN: z.array(z.string()).optional(),
  apiAudiences: z.array(z.string()).optional(),
  serviceAccountIssuers: z.array(z.string()).optional(),
  nonMasqueradeCIDR: z.string().optional(),
  insecureRegistries: z.array(z.string()).optional(),
  cpuManagerPolicy: openEnum('none', 'static').optional(),
  kubeletBindAddressType: openEnum('all', 'local', 'hostip').optional(),
  topologyManagerScope: openEnum('pod', 'container').optional(),
  topologyManagerPolicy: openEnum('none', 'best-effort', 'restricted', 'single-numa-node').optional(),
});

/** A plugin's Helm chart and its values. Source: vendor SDK. */
export type PluginHelmConfig = z.infer<typeof pluginHelmConfigSchema>;
export const pluginHelmConfigSchema = wireObject({
  pluginType: z.string().optional(),
  pluginName: z.string().optional(),
  chartName: z.string().optional(),
  chartVersion: z.string().optional(),
  namespaces: z.string().optional(),
  description: z.string().optional(),
  values: z.string().optional(),
});

/** The billing of the cluster's own resources. */
export type ResourceChargingOption = z.infer<typeof resourceChargingOptionSchema>;
export const resourceChargingOptionSchema = wireObject({
  chargingType: openEnum('Prepaid', 'Postpaid').optional(),
  ...prepaymentShape,
});

/**
 * The spec of a cluster. Field names follow the vendor SDK. Sources: API page, vendor's field list, vendor SDK.
 */
export type ClusterSpec = z.infer<typeof clusterSpecSchema>;
export const clusterSpecSchema = wireObject({
  /** Assigned by the service; not part of a create request. */
  clusterID: z.string().optional(),
  /** 1 to 65 letters, digits, `.`, `_` and `-`. Not unique in the account. */
  clusterName: z.string(),
  /** @default 'normal' */
  clusterType: openEnum(
    'normal',
    'crossvpceni',
    'serverless',
    'gpuShare',
    'edge',
    'cloudEdge',
    'aihpc',
    'arm',
  ).optional(),
  description: z.string().optional(),
  k8sVersion: openEnum(
    '1.14.9',
    '1.16.3',
    '1.16.8',
    '1.17.17',
    '1.18.9',
    '1.20.8',
    '1.21.14',
    '1.22.5',
    '1.24.4',
    '1.26.9',
    '1.28.8',
    '1.30.1',
    '1.31.1',
    '1.32.7',
    '1.34.2',
  ),
  runtimeType: openEnum('docker', 'containerd', 'bci').optional(),
  runtimeVersion: z.string().optional(),
  vpcID: z.string(),
  /** Filled in by the service. */
  vpcUUID: z.string().optional(),
  /** Filled in by the service. */
  vpcCIDR: z.string().optional(),
  /** Filled in by the service. */
  vpcCIDRIPv6: z.string().optional(),
  plugins: z.array(z.string()).optional(),
  pluginsConfig: z.record(z.string(), pluginHelmConfigSchema).optional(),
  masterConfig: masterConfigSchema,
  containerNetworkConfig: containerNetworkConfigSchema,
  k8sCustomConfig: k8sCustomConfigSchema.optional(),
  /** Protects the cluster from deletion. @default false */
  forbidDelete: z.boolean().optional(),
  resourceChargingOption: resourceChargingOptionSchema.optional(),
  authenticateMode: openEnum('x509', 'oidc').optional(),
  tags: z.array(tagSchema).optional(),
  resourceGroupID: z.string().optional(),
  masterDefaultSecurityGroups: z.array(securityGroupReferenceSchema).optional(),
  nodeDefaultSecurityGroups: z.array(securityGroupReferenceSchema).optional(),
  eniDefaultSecurityGroups: z.array(securityGroupReferenceSchema).optional(),
});
