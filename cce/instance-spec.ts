import { z } from 'zod';
import { prepaymentShape, securityGroupReferenceSchema, tagSchema } from './cluster-spec.ts';
import { deployCustomConfigSchema } from './deploy-custom-config.ts';
import { openEnum, secretValueSchema, textMapSchema, wireObject, wireTimeSchema } from './wire.ts';

/** The existing machine that joins the cluster. */
export type ExistedOption = z.infer<typeof existedOptionSchema>;
export const existedOptionSchema = wireObject({
  /** Required if `existed` is true; optional here because otherwise the vendor SDK sends an empty object. */
  existedInstanceID: z.string().optional(),
  /** Reinstalls the operating system, which erases the machine. @default true */
  rebuild: z.boolean().optional(),
});

/** The network of a machine. */
export type VPCConfig = z.infer<typeof vpcConfigSchema>;
export const vpcConfigSchema = wireObject({
  vpcID: z.string().optional(),
  /** Required for new machines. */
  vpcSubnetID: z.string().optional(),
  /** Required unless `securityGroup` or `securityGroups` is set. */
  securityGroupID: z.string().optional(),
  securityGroupType: openEnum('normal', 'enterprise').optional(),
  securityGroup: wireObject({
    customSecurityGroups: z.array(z.string()).optional(),
    enableCCERequiredSecurityGroup: z.boolean().optional(),
    enableCCEOptionalSecurityGroup: z.boolean().optional(),
  }).optional(),
  securityGroups: z.array(securityGroupReferenceSchema).optional(),
  vpcSubnetType: openEnum('BCC', 'BCC_NAT', 'BBC').optional(),
  /** Filled in by the service, which spells it `VPCSubnetCIDR`. */
  vpcSubnetCIDR: z.string().optional(),
  vpcSubnetCIDRIPv6: z.string().optional(),
  availableZone: openEnum('zoneA', 'zoneB', 'zoneC', 'zoneD', 'zoneE', 'zoneF').optional(),
  optionalSubnetIDs: z.array(z.string()).optional(),
});

/** A cloud data disk and its mount path; each path has one disk. Sizes are in GB. */
export type CDSConfig = z.infer<typeof cdsConfigSchema>;
export const cdsConfigSchema = wireObject({
  diskPath: z.string(),
  storageType: openEnum(
    'hp1',
    'cloud_hp1',
    'hdd',
    'local',
    'sata',
    'ssd',
    'std1',
    'premium_ssd',
    'enhanced_ssd_pl1',
    'enhanced_ssd_pl2',
    'local-ssd',
    'local-hdd',
    'local-nvme',
    'HDD_Throughput',
    'nvme',
  ),
  cdsSize: z.int(),
  snapshotID: z.string().optional(),
  dataDevice: z.string().optional(),
  needFormat: z.boolean().optional(),
});

/** A disk that the service deletes together with its machine. */
export type EphemeralDiskConfig = z.infer<typeof ephemeralDiskConfigSchema>;
export const ephemeralDiskConfigSchema = wireObject({
  diskPath: z.string().optional(),
  storageType: z.string().optional(),
  sizeInGB: z.int().optional(),
  dataDevice: z.string().optional(),
  needFormat: z.boolean().optional(),
});

/** The size of a machine: CPU cores, memory in GB, disks in GB. */
export type InstanceResource = z.infer<typeof instanceResourceSchema>;
export const instanceResourceSchema = wireObject({
  /** A flavour such as `bcc.g5.c2m8`, which determines cores and memory. */
  machineSpec: z.string().optional(),
  cpu: z.int().optional(),
  mem: z.int().optional(),
  nodeCPUQuota: z.int().optional(),
  nodeMEMQuota: z.int().optional(),
  rootDiskType: z.string().optional(),
  /** @default 40 */
  rootDiskSize: z.int().optional(),
  localDiskSize: z.int().optional(),
  ephemeralDiskList: z.array(ephemeralDiskConfigSchema).optional(),
  cdsList: z.array(cdsConfigSchema).optional(),
  gpuType: z.string().optional(),
  gpuCount: z.int().optional(),
  cpuThreadConfig: z.string().optional(),
  numaConfig: z.string().optional(),
});

/** A public address. */
export type EIPOption = z.infer<typeof eipOptionSchema>;
export const eipOptionSchema = wireObject({
  eipName: z.string(),
  eipChargeType: openEnum('ByTraffic', 'ByBandwidth'),
  /** `ChinaTelcom` is the service's spelling. */
  eipPurchaseType: openEnum('BGP', 'BGP_S', 'ChinaTelcom', 'ChinaUnicom', 'ChinaMobile').optional(),
  /** Bandwidth in Mbit/s: 1-200 if charged by bandwidth, 1-1000 if charged by traffic. */
  eipBandwidth: z.int(),
});

/** The operating system image, described by its properties instead of by `imageID`. */
export type InstanceOS = z.infer<typeof instanceOSSchema>;
export const instanceOSSchema = wireObject({
  imageType: z.string().optional(),
  imageName: z.string().optional(),
  osType: z.string().optional(),
  osName: z.string().optional(),
  osVersion: z.string().optional(),
  osArch: z.string().optional(),
  osBuild: z.string().optional(),
});

/**
 * The treatment of a machine that leaves the cluster. `deleteResource` and `deleteCDSSnapshot` default to true for new
 * machines, `moveOut` for existing ones. These defaults differ from those of the DELETE call.
 */
export type DeleteOption = z.infer<typeof deleteOptionSchema>;
export const deleteOptionSchema = wireObject({
  moveOut: z.boolean().optional(),
  deleteResource: z.boolean().optional(),
  deleteCDSSnapshot: z.boolean().optional(),
  drainNode: z.boolean().optional(),
  rebuild: z.boolean().optional(),
  batchRefundResource: z.boolean().optional(),
});

/** A Kubernetes taint. */
export type Taint = z.infer<typeof taintSchema>;
export const taintSchema = wireObject({
  key: z.string(),
  value: z.string().optional(),
  effect: openEnum('NoSchedule', 'PreferNoSchedule', 'NoExecute'),
  timeAdded: wireTimeSchema,
});

/** The configuration of a machine. Sources: API page, vendor's field list, vendor SDK. */
export type InstanceSpec = z.infer<typeof instanceSpecSchema>;
export const instanceSpecSchema = wireObject({
  cceInstanceID: z.string().optional(),
  instanceName: z.string().optional(),
  instanceTemplateID: z.string().optional(),
  runtimeType: openEnum('docker', 'containerd', 'bci').optional(),
  runtimeVersion: z.string().optional(),
  kataType: z.string().optional(),
  kataVersion: z.string().optional(),
  clusterID: z.string().optional(),
  clusterRole: openEnum('master', 'node').optional(),
  instanceGroupID: z.string().optional(),
  instanceGroupName: z.string().optional(),
  masterType: z.string().optional(),
  /** Whether the machine already exists; if so, `existedOption` identifies it. @default false */
  existed: z.boolean().optional(),
  existedOption: existedOptionSchema.optional(),
  machineType: openEnum('BCC', 'BBC', 'Metal', 'BCI', 'EBC', 'HPAS', 'BEC').optional(),
  /** For example `N3`, `C1` or `G1`; newer examples have number codes such as `10`. */
  instanceType: z.string().optional(),
  bbcOption: wireObject({
    flavor: z.string().optional(),
    diskInfo: z.string().optional(),
    reserveData: z.boolean().optional(),
    raidID: z.string().optional(),
    sysDiskSize: z.int().optional(),
  }).optional(),
  bid: z.boolean().optional(),
  bidOption: wireObject({
    bidMode: openEnum('MARKET_PRICE_BID', 'CUSTOM_BID').optional(),
    bidPrice: z.string().optional(),
    /** Timeout in minutes. */
    bidTimeout: z.int().optional(),
    bidReleaseEIP: z.boolean().optional(),
    bidReleaseCDS: z.boolean().optional(),
  }).optional(),
  deploySetID: z.string().optional(),
  deploySetIDs: z.array(z.string()).optional(),
  vpcConfig: vpcConfigSchema.optional(),
  instanceResource: instanceResourceSchema.optional(),
  /** Takes precedence over `instanceOS`. */
  imageID: z.string().optional(),
  instanceOS: instanceOSSchema.optional(),
  userData: secretValueSchema.optional(),
  needEIP: z.boolean().optional(),
  eipOption: eipOptionSchema.optional(),
  /** Generated by the service if absent; required for an existing machine that is not rebuilt. */
  adminPassword: secretValueSchema.optional(),
  sshKeyID: z.string().optional(),
  instanceChargingType: openEnum('Prepaid', 'Postpaid', 'bidding').optional(),
  instancePreChargingOption: wireObject(prepaymentShape).optional(),
  relationTag: z.boolean().optional(),
  deleteOption: deleteOptionSchema.optional(),
  deployCustomConfig: deployCustomConfigSchema.optional(),
  tags: z.array(tagSchema).optional(),
  labels: textMapSchema.optional(),
  taints: z.array(taintSchema).optional(),
  annotations: textMapSchema.optional(),
  cceInstancePriority: z.int().optional(),
  autoSnapshotID: z.string().optional(),
  ehcClusterId: z.string().optional(),
  iamRole: wireObject({ roleName: z.string().optional(), roleID: z.string().optional() }).optional(),
  checkGPUDriver: z.boolean().optional(),
  nvidiaContainerToolkitVersion: z.string().optional(),
  xpuContainerToolkitVersion: z.string().optional(),
  isOpenHostnameDomain: z.boolean().optional(),
  resourceGroupID: z.string().optional(),
  scaleDownDisabled: z.boolean().optional(),
  hpasOption: wireObject({
    appType: z.string().optional(),
    appPerformanceLevel: z.string().optional(),
  }).optional(),
  becOption: wireObject({
    becRegion: z.string().optional(),
    becCity: z.string().optional(),
    becServiceProvider: z.string().optional(),
  }).optional(),
  aiInfraOption: wireObject({
    serverLessRelayIP: z.string().optional(),
    serverLessRelayPW: secretValueSchema.optional(),
    hostsFile: z.string().optional(),
    templateID: z.string().optional(),
    clusterName: z.string().optional(),
  }).optional(),
  ultraServerOption: wireObject({ ultraServerID: z.string().optional() }).optional(),
});

/** A group of machines with the same configuration. */
export type InstanceSet = z.infer<typeof instanceSetSchema>;
export const instanceSetSchema = wireObject({
  instanceSpec: instanceSpecSchema,
  /** Omit it for an existing machine. @default 1 */
  count: z.int().optional(),
});
