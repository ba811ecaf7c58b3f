import { z } from 'zod';
import { tolerantShape } from './tolerant.ts';
import { requestIDSchema, wireObject } from './wire.ts';

type IPVersion = 'ipv4' | 'ipv6' | 'dualStack';

/** The body of `POST /v2/net/check_container_network_cidr`, which is for network modes with routes in the VPC. */
export interface CheckContainerNetworkCIDRRequest {
  vpcID: string;
  vpcCIDR?: string;
  vpcCIDRIPv6?: string;
  containerCIDR?: string;
  containerCIDRIPv6?: string;
  clusterIPCIDR?: string;
  clusterIPCIDRIPv6?: string;
  maxPodsPerNode: number;
  /** @default 'ipv4' */
  ipVersion?: IPVersion;
}

/** The body of `POST /v2/net/check_clusterip_cidr`. */
export interface CheckClusterIPCIDRRequest {
  vpcID: string;
  vpcCIDR?: string;
  vpcCIDRIPv6?: string;
  clusterIPCIDR?: string;
  clusterIPCIDRIPv6?: string;
  ipVersion: IPVersion;
}

type PrivateRange = '10.0.0.0/8' | '172.16.0.0/12' | '192.168.0.0/16';

/** The body of `POST /v2/net/recommend_container_cidr`. */
export interface RecommendContainerCIDRRequest {
  vpcID: string;
  vpcCIDR?: string;
  vpcCIDRIPv6?: string;
  clusterMaxNodeNum: number;
  maxPodsPerNode: number;
  /** The ranges to choose from. */
  privateNetCIDRs?: PrivateRange[];
  privateNetCIDRIPv6s?: 'fc00::/7'[];
  k8sVersion: string;
  ipVersion?: IPVersion;
}

/** The body of `POST /v2/net/recommend_clusterip_cidr`. */
export interface RecommendClusterIPCIDRRequest {
  vpcCIDR?: string;
  vpcCIDRIPv6?: string;
  containerCIDR?: string;
  containerCIDRIPv6?: string;
  /** At most 65536 (vendor SDK). */
  clusterMaxServiceNum: number;
  /** The ranges to choose from. */
  privateNetCIDRs?: PrivateRange[];
  privateNetCIDRIPv6s?: 'fc00::/7'[];
  ipVersion?: IPVersion;
}

/** A boolean that the vendor's field list calls a string, while its example and the SDK have a boolean. */
const booleanOrText = z.union([z.boolean(), z.stringbool({ truthy: ['true'], falsy: ['false'] })]);

const nodeConflict = wireObject(tolerantShape({ nodeCIDR: z.string() }));

/** What a range of pods collides with. Source: appendix of the vendor's page. */
const containerCIDRConflictSchema = wireObject(
  tolerantShape({
    conflictType: z.string(),
    conflictNodeCIDR: nodeConflict,
    conflictCluster: wireObject(tolerantShape({ clusterID: z.string(), containerCIDR: z.string() })),
    conflictVPCRoute: wireObject(
      tolerantShape({
        routeRule: wireObject(
          tolerantShape({
            routeRuleId: z.string(),
            routeTableId: z.string(),
            sourceAddress: z.string(),
            destinationAddress: z.string(),
            nexthopId: z.string(),
            nexthopType: z.string(),
            description: z.string(),
          }),
        ),
      }),
    ),
  }),
);

/** What a range of services collides with. Source: appendix of the vendor's page. */
const clusterIPCIDRConflictSchema = wireObject(
  tolerantShape({
    conflictType: z.string(),
    conflictNodeCIDR: nodeConflict,
    conflictContainerCIDR: wireObject(tolerantShape({ containerCIDR: z.string() })),
  }),
);

/** The response to `POST /v2/net/check_clusterip_cidr`: a conflict has status 200, too. */
export type CheckClusterIPCIDRResponse = z.infer<typeof checkClusterIPCIDRResponseSchema>;
export const checkClusterIPCIDRResponseSchema = wireObject({
  isConflict: booleanOrText,
  ...tolerantShape({ errMsg: z.string(), clusterIPCIDRConflict: clusterIPCIDRConflictSchema }),
  requestID: requestIDSchema,
});

/** The response to `POST /v2/net/check_container_network_cidr`: a conflict has status 200, too. */
export type CheckContainerNetworkCIDRResponse = z.infer<typeof checkContainerNetworkCIDRResponseSchema>;
export const checkContainerNetworkCIDRResponseSchema = wireObject({
  isConflict: booleanOrText,
  ...tolerantShape({
    errMsg: z.string(),
    /** The number of nodes that the range of pods has room for. */
    maxNodeNum: z.union([z.int(), z.string().regex(/^\d+$/).transform(Number)]),
    containerCIDRConflict: containerCIDRConflictSchema,
    clusterIPCIDRConflict: clusterIPCIDRConflictSchema,
  }),
  requestID: requestIDSchema,
});

const recommendation = tolerantShape({ isSuccess: booleanOrText, errMsg: z.string() });

/** The response to `POST /v2/net/recommend_container_cidr`; the page's example has five ranges, lowest first. */
export type RecommendContainerCIDRResponse = z.infer<typeof recommendContainerCIDRResponseSchema>;
export const recommendContainerCIDRResponseSchema = wireObject({
  ...recommendation,
  ...tolerantShape({
    recommendedContainerCIDRs: z.array(z.string()),
    recommendedContainerCIDRIPv6s: z.array(z.string()),
  }),
  requestID: requestIDSchema,
});

/** The response to `POST /v2/net/recommend_clusterip_cidr`; the page's example has five ranges, highest first. */
export type RecommendClusterIPCIDRResponse = z.infer<typeof recommendClusterIPCIDRResponseSchema>;
export const recommendClusterIPCIDRResponseSchema = wireObject({
  ...recommendation,
  ...tolerantShape({
    recommendedClusterIPCIDRs: z.array(z.string()),
    recommendedClusterIPCIDRIPv6s: z.array(z.string()),
  }),
  requestID: requestIDSchema,
});
