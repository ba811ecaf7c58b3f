import { z } from 'zod';
import { clusterSpecSchema, securityGroupReferenceSchema } from './cluster-spec.ts';
import { instanceSetSchema, instanceSpecSchema } from './instance-spec.ts';
import { openEnum, requestIDSchema, textMapSchema, wireObject } from './wire.ts';

/** Options of a create call. Sources: API page, vendor SDK. */
export type CreateClusterOptions = z.infer<typeof createClusterOptionsSchema>;
export const createClusterOptionsSchema = wireObject({
  /** Makes the service skip its own check for overlapping networks. @default false */
  skipNetworkCheck: z.boolean().optional(),
  createSecurityGroups: wireObject({
    networkInfo: wireObject({
      vpcID: z.string().optional(),
      vpcCIDR: z.string().optional(),
      vpcCIDRIPv6: z.string().optional(),
      secondaryCidrs: z.array(z.string()).optional(),
      podCIDR: z.string().optional(),
      podCIDRIPv6: z.string().optional(),
      nodePortRangeMin: z.int().optional(),
      nodePortRangeMax: z.int().optional(),
      exposedPublic: z.boolean().optional(),
    }).optional(),
    master: openEnum('normal', 'enterprise').optional(),
    node: openEnum('normal', 'enterprise').optional(),
    eni: openEnum('normal', 'enterprise').optional(),
  }).optional(),
  checkDefaultSecurityGroups: z.boolean().optional(),
});

/** A group of identical machines that is scaled as a unit. Source: vendor SDK. */
export type InstanceGroupSpec = z.infer<typeof instanceGroupSpecSchema>;
export const instanceGroupSpecSchema = wireObject({
  instanceGroupName: z.string().optional(),
  clusterRole: openEnum('master', 'node').optional(),
  shrinkPolicy: z.string().optional(),
  updatePolicy: z.string().optional(),
  cleanPolicy: z.string().optional(),
  instanceTemplate: instanceSpecSchema.optional(),
  instanceTemplates: z.array(instanceSpecSchema).optional(),
  replicas: z.int().optional(),
  securityGroups: z.array(securityGroupReferenceSchema).optional(),
  securityGroupType: openEnum('normal', 'enterprise').optional(),
});

/**
 * The body of `POST /v2/cluster` and the content of a spec file. In a spec file a secret may be a reference; in the
 * request it must be a string (see `resolveSecrets`).
 */
export type CreateClusterRequest = z.infer<typeof createClusterRequestSchema>;
export const createClusterRequestSchema = wireObject({
  cluster: clusterSpecSchema,
  /** Master machines; only for custom masters. */
  masters: z.array(instanceSetSchema).optional(),
  /** Worker machines. Without them the cluster has only masters. */
  nodes: z.array(instanceSetSchema).optional(),
  /** The table on the API page marks it as required, but all examples there omit it. */
  options: createClusterOptionsSchema.optional(),
  metadata: wireObject({ labels: textMapSchema.optional(), annotations: textMapSchema.optional() }).optional(),
  nodeGroups: z.array(instanceGroupSpecSchema).optional(),
});

/**
 * The response to a create. Only `clusterID` is required: rejecting a response because of another missing field would
 * lose the only trace of a cluster that now exists.
 */
export type CreateClusterResponse = z.infer<typeof createClusterResponseSchema>;
export const createClusterResponseSchema = wireObject({
  clusterID: z.string().min(1),
  requestID: requestIDSchema,
  orderID: z.string().optional(),
});
