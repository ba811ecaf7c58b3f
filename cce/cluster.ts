import { z } from 'zod';
import { clusterSpecSchema } from './cluster-spec.ts';
import { clusterPhases } from './phases.ts';
import { tolerantShape } from './tolerant.ts';
import { openEnum, requestIDSchema, wireObject, wireTimeSchema } from './wire.ts';

/** A machine in the `instances` of a cluster. Source: vendor SDK. */
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
 * A cluster in a response. Only its ID, name and phase are required. The schema reads any other field that is missing or
 * has an unexpected type as absent, so that a change on the vendor's side cannot stop a watch.
 *
 * A failed cluster has no reason here; its event steps have it.
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
 * A cluster in a list, with only the fields that identify it and show its state. The schema does not parse the other
 * fields, because the worker reads a list of all clusters of the account every few seconds.
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
  /** The number of clusters on all pages. */
  totalCount: z.int(),
  /** The service sends `null` for a page without clusters. */
  clusterList: z.preprocess((list) => list ?? [], z.array(listedClusterSchema)),
});

/** The query of `GET /v2/clusters`. */
export interface ListClustersQuery {
  /** @default 'clusterName' */
  keywordType?: 'clusterName' | 'clusterID';
  /** Matches any part of the field, so filter the response for the exact name. */
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

/** The response to `GET /v2/clusters`. */
export type ListClustersResponse = z.infer<typeof listClustersResponseSchema>;
export const listClustersResponseSchema = wireObject({
  clusterPage: clusterPageSchema,
  requestID: requestIDSchema,
});

/** The response to `GET /v2/cluster/{clusterID}`. */
export type GetClusterResponse = z.infer<typeof getClusterResponseSchema>;
export const getClusterResponseSchema = wireObject({ cluster: clusterSchema, requestID: requestIDSchema });

/** The query of `DELETE /v2/cluster/{clusterID}`; each parameter defaults to false. */
export interface DeleteClusterOptions {
  /** Also deletes post-paid public addresses and data disks; otherwise they continue to cost money. */
  deleteResource?: boolean;
  /** Also deletes snapshots of data disks. */
  deleteCDSSnapshot?: boolean;
  /** Keeps the machines, outside any cluster. */
  moveOut?: boolean;
}

/** The response to `DELETE /v2/cluster/{clusterID}`: the deletion has begun. */
export type DeleteClusterResponse = z.infer<typeof deleteClusterResponseSchema>;
export const deleteClusterResponseSchema = wireObject({ requestID: requestIDSchema });

/** The response to `PUT /v2/cluster/{clusterID}/forbiddelete`; the page's example has no requestID. */
export type SetForbidDeleteResponse = z.infer<typeof setForbidDeleteResponseSchema>;
export const setForbidDeleteResponseSchema = wireObject({
  ...tolerantShape({ success: z.boolean(), forbidDelete: z.boolean() }),
  requestID: requestIDSchema,
});
