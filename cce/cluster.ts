import { z } from 'zod';
import { clusterSpecSchema } from './cluster-spec.ts';
import { clusterPhases } from './phases.ts';
import { tolerantShape } from './tolerant.ts';
import { openEnum, requestIDSchema, wireObject, wireTimeSchema } from './wire.ts';

/** A machine as a cluster lists it. Source: vendor SDK. */
export type SimpleInstance = z.infer<typeof simpleInstanceSchema>;
export const simpleInstanceSchema = wireObject({
  cceInstanceID: z.string().optional(),
  instanceName: z.string().optional(),
  clusterID: z.string().optional(),
  clusterRole: openEnum('master', 'node').optional(),
  instanceChargingType: z.string().optional(),
  instanceID: z.string().optional(),
  instanceUUID: z.string().optional(),
  instancePhase: z.string().optional(),
});

const statusShape = {
  nodeNum: z.int().optional(),
  clusterBLB: wireObject({
    id: z.string().optional(),
    vpcIP: z.string().optional(),
    eip: z.string().optional(),
  }).optional(),
  infrastructureReady: z.boolean().optional(),
  apiServerAccessSuccess: z.boolean().optional(),
  k8sPluginDeploySuccess: z.boolean().optional(),
  upgradeWorkflowID: z.string().optional(),
  workflowMessage: z.string().optional(),
  problemDetectorServiceSourceBCM: z.boolean().optional(),
};

/**
 * A cluster as the service shows it. Only its ID, name and phase are insisted on; anything else that is missing or
 * not of the expected type reads as absent, so that a change at the vendor's side cannot stop a watch.
 *
 * A failed cluster carries no reason here: the event steps do.
 */
export type Cluster = z.infer<typeof clusterSchema>;
export const clusterSchema = wireObject({
  spec: wireObject({
    ...tolerantShape({ ...clusterSpecSchema.out.shape, vpcName: z.string() }),
    clusterID: z.string(),
    clusterName: z.string(),
  }),
  status: wireObject({
    ...tolerantShape(statusShape),
    clusterPhase: openEnum(...clusterPhases),
  }),
  ...tolerantShape({
    createdAt: wireTimeSchema,
    updatedAt: wireTimeSchema,
    instances: z.array(simpleInstanceSchema),
  }),
});

/**
 * A cluster as we read it in a list: what tells clusters apart. The rest passes unread, for a list is long, and is read
 * for all clusters of the account every few seconds.
 */
export type ListedCluster = z.infer<typeof listedClusterSchema>;
export const listedClusterSchema = wireObject({
  spec: wireObject({
    ...tolerantShape({ description: z.string(), forbidDelete: z.boolean() }),
    clusterID: z.string(),
    clusterName: z.string(),
  }),
  status: wireObject({ clusterPhase: openEnum(...clusterPhases) }),
  ...tolerantShape({ createdAt: wireTimeSchema }),
});

/** One page of a list of clusters. */
export type ClusterPage = z.infer<typeof clusterPageSchema>;
export const clusterPageSchema = wireObject({
  ...tolerantShape({
    keywordType: z.string(),
    keyword: z.string(),
    orderBy: z.string(),
    order: z.string(),
    pageNo: z.int(),
    pageSize: z.int(),
  }),
  /** Of all pages together. */
  totalCount: z.int(),
  /** The service writes `null` for a page without clusters. */
  clusterList: z.preprocess((list) => list ?? [], z.array(listedClusterSchema)),
});

/** The query of `GET /v2/clusters`. */
export interface ListClustersQuery {
  /** @default 'clusterName' */
  keywordType?: 'clusterName' | 'clusterID';
  /** Matches any part of the field: look again for the exact name in the answer. */
  keyword?: string;
  /** @default 'clusterName' */
  orderBy?: 'clusterName' | 'clusterID' | 'createdAt';
  /** @default 'ASC' */
  order?: 'ASC' | 'DESC';
  /** Counts from 1. @default 1 */
  pageNo?: number;
  /** @default 10 */
  pageSize?: number;
}

/** The answer of `GET /v2/clusters`. */
export type ListClustersResponse = z.infer<typeof listClustersResponseSchema>;
export const listClustersResponseSchema = wireObject({
  clusterPage: clusterPageSchema,
  requestID: requestIDSchema,
});

/** The answer of `GET /v2/cluster/{clusterID}`. */
export type GetClusterResponse = z.infer<typeof getClusterResponseSchema>;
export const getClusterResponseSchema = wireObject({ cluster: clusterSchema, requestID: requestIDSchema });

/** The query of `DELETE /v2/cluster/{clusterID}`; each defaults to false. */
export interface DeleteClusterOptions {
  /** Also deletes public addresses and data disks that are paid for by use; they go on costing money otherwise. */
  deleteResource?: boolean;
  /** Also deletes snapshots of data disks. */
  deleteCDSSnapshot?: boolean;
  /** Keeps the machines, outside of any cluster. */
  moveOut?: boolean;
}

/** The answer of `DELETE /v2/cluster/{clusterID}`: the delete has begun. */
export type DeleteClusterResponse = z.infer<typeof deleteClusterResponseSchema>;
export const deleteClusterResponseSchema = wireObject({ requestID: requestIDSchema });
