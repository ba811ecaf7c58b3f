import { z } from 'zod';
import { prepaymentShape, securityGroupReferenceSchema, tagSchema } from './cluster-spec.ts';
import { deployCustomConfigSchema } from './deploy-custom-config.ts';
import { openEnum, secretValueSchema, textMapSchema, wireObject, wireTimeSchema } from './wire.ts';

/** A machine that exists already and is to join the cluster. */
export type ExistedOption = z.infer<typeof existedOptionSchema>;
export const existedOptionSchema = wireObject({
  /** Needed where `existed` is true; optional here because the vendor SDK sends an empty object otherwise. */
  existedInstanceID: z.string().optional(),
  /** Reinstalls the system and so wipes the machine. @default true */
  rebuild: z.boolean().optional(),
});

/** Where a machine stands in the network. */
export type VPCConfig = z.infer<typeof vpcConfigSchema>;
export const vpcConfigSchema = wireObject({
  vpcID: z.string().optional(),
  /** Needed for new machines. */
  vpcSubnetID: z.string().optional(),
  /** Needed unless `securityGroup` or `securityGroups` is given. */
  securityGroupID: z.string().optional(),
  securityGroupType: openEnum('normal', 'enterprise').optional(),
  securityGroup: wireObject({
    customSecurityGroups: z.array(z.string()).optional(),
    enableCCERequiredSecurityGroup: z.boolean().optional(),
    enableCCEOptionalSecurityGroup: z.boolean().optional(),
  }).optional(),
  securityGroups: z.array(securityGroupReferenceSchema).optional(),
  vpcSubnetType: openEnum('BCC', 'BCC_NAT', 'BBC').optional(),
  /** Filled in by the service, which writes it `VPCSubnetCIDR`. */
  vpcSubnetCIDR: z.string().optional(),
  vpcSubnetCIDRIPv6: z.string().optional(),
  availableZone: openEnum('zoneA', 'zoneB', 'zoneC', 'zoneD', 'zoneE', 'zoneF').optional(),
  optionalSubnetIDs: z.array(z.string()).optional(),
});

/** A cloud data disk and the path it is mounted on: one disk a path. Sizes are in GB. */
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

/** A disk that lives and dies with its machine. */
export type EphemeralDiskConfig = z.infer<typeof ephemeralDiskConfigSchema>;
export const ephemeralDiskConfigSchema = wireObject({
  diskPath: z.string().optional(),
  storageType: z.string().optional(),
  sizeInGB: z.int().optional(),
  dataDevice: z.string().optional(),
  needFormat: z.boolean().optional(),
});

/** The size of a machine: cores, memory in GB, disks in GB. */
export type InstanceResource = z.infer<typeof instanceResourceSchema>;
export const instanceResourceSchema = wireObject({
  /** A flavour such as `bcc.g5.c2m8`; it says cores and memory in one. */
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
  /** `ChinaTelcom` is how the service spells it. */
  eipPurchaseType: openEnum('BGP', 'BGP_S', 'ChinaTelcom', 'ChinaUnicom', 'ChinaMobile').optional(),
  /** Mbit/s: 1-200 charged by bandwidth, 1-1000 charged by traffic. */
  eipBandwidth: z.int(),
});

/** The operating system image, by its properties rather than by `imageID`. */
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
 * What becomes of a machine when it leaves the cluster. For new machines `deleteResource` and `deleteCDSSnapshot`
 * default to true, for existed ones `moveOut` does: other defaults than those of the DELETE call.
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

/** One kind of machine. Sources: API page, vendor's field list, vendor SDK. */
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
  /** Whether the machine exists already; `existedOption` then says which. @default false */
  existed: z.boolean().optional(),
  existedOption: existedOptionSchema.optional(),
  machineType: openEnum('BCC', 'BBC', 'Metal', 'BCI', 'EBC', 'HPAS', 'BEC').optional(),
  /** Such as `N3`, `C1` or `G1`; newer examples carry number codes such as `10`. */
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
    /** Minutes. */
    bidTimeout: z.int().optional(),
    bidReleaseEIP: z.boolean().optional(),
    bidReleaseCDS: z.boolean().optional(),
  }).optional(),
  deploySetID: z.string().optional(),
  deploySetIDs: z.array(z.string()).optional(),
  vpcConfig: vpcConfigSchema.optional(),
  instanceResource: instanceResourceSchema.optional(),
  /** Wins over `instanceOS` where both are given. */
  imageID: z.string().optional(),
  instanceOS: instanceOSSchema.optional(),
  userData: secretValueSchema.optional(),
  needEIP: z.boolean().optional(),
  eipOption: eipOptionSchema.optional(),
  /** Made up by the service where absent; needed for an existed machine that is not rebuilt. */
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

/** A number of machines of one kind. */
export type InstanceSet = z.infer<typeof instanceSetSchema>;
export const instanceSetSchema = wireObject({
  instanceSpec: instanceSpecSchema,
  /** Left out for an existed machine. @default 1 */
  count: z.int().optional(),
});
