import { z } from 'zod';
import { clusterSpecSchema, securityGroupReferenceSchema } from './cluster-spec.ts';
import { instanceSetSchema, instanceSpecSchema } from './instance-spec.ts';
import { openEnum, requestIDSchema, textMapSchema, wireObject } from './wire.ts';

/** Checks and conveniences of a create. Sources: API page, vendor SDK. */
export type CreateClusterOptions = z.infer<typeof createClusterOptionsSchema>;
export const createClusterOptionsSchema = wireObject({
  /** Lets the service skip its own check for overlapping networks. @default false */
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

/** A group of like machines that scales as one. Source: vendor SDK. */
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
 * The body of `POST /v2/cluster` and the content of a spec file. In a spec file a secret may be a reference; on the
 * wire it must be a text, see `resolveSecrets`.
 */
export type CreateClusterRequest = z.infer<typeof createClusterRequestSchema>;
export const createClusterRequestSchema = wireObject({
  cluster: clusterSpecSchema,
  /** Machines of the masters; only for custom masters. */
  masters: z.array(instanceSetSchema).optional(),
  /** Worker machines. Absent: a cluster of masters only. */
  nodes: z.array(instanceSetSchema).optional(),
  /** The API page's table calls it required, all of its examples leave it out. */
  options: createClusterOptionsSchema.optional(),
  metadata: wireObject({ labels: textMapSchema.optional(), annotations: textMapSchema.optional() }).optional(),
  nodeGroups: z.array(instanceGroupSpecSchema).optional(),
});

/**
 * The answer to a create. Only `clusterID` is insisted on: refusing an answer for want of anything else would lose
 * the one trace of a cluster that now exists.
 */
export type CreateClusterResponse = z.infer<typeof createClusterResponseSchema>;
export const createClusterResponseSchema = wireObject({
  clusterID: z.string().min(1),
  requestID: requestIDSchema,
  orderID: z.string().optional(),
});
