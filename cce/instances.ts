import { z } from 'zod';
import type { DeleteOption } from './instance-spec.ts';
import { instancePhases } from './phases.ts';
import { tolerantShape } from './tolerant.ts';
import { openEnum, requestIDSchema, wireObject, wireTimeSchema } from './wire.ts';

/**
 * A machine in the list of a cluster's machines, with only the fields that say what the machine is, how far it is, and
 * what belongs to it. Source: page and appendix of the instance API; `hostname` vendor SDK.
 *
 * A failed machine has no reason here; its event steps have it.
 */
export type ListedInstance = z.infer<typeof listedInstanceSchema>;
const listedInstanceSchema = wireObject(
  tolerantShape({
    spec: wireObject({
      cceInstanceID: z.string().optional(),
      instanceName: z.string().optional(),
      clusterRole: openEnum('master', 'node').optional(),
      instanceGroupID: z.string().optional(),
      existed: z.boolean().optional(),
      instanceChargingType: z.string().optional(),
    }),
    status: wireObject({
      instancePhase: openEnum(...instancePhases).optional(),
      /** The state of the machine itself, e.g. `ACTIVE`, `ERROR`, `EXPIRED` (released for debts). */
      machineStatus: z.string().optional(),
      machine: wireObject({
        instanceID: z.string().optional(),
        vpcIP: z.string().optional(),
        k8sNodeName: z.string().optional(),
        hostname: z.string().optional(),
        eip: z.string().optional(),
        /** The data disks. */
        mountList: z.array(wireObject({ cdsID: z.string().optional() })).optional(),
      }).optional(),
    }),
    createdAt: wireTimeSchema,
    updatedAt: wireTimeSchema,
  }),
);

/** The query of `GET /v2/cluster/{clusterID}/instances`. */
export interface ListInstancesQuery {
  /** The last three: vendor SDK. @default 'instanceName' */
  keywordType?: 'instanceName' | 'instanceID' | 'clusterRole' | 'k8sNodeName' | 'vpcIP' | 'instanceGroupID';
  /** Matches any part of the field, so filter the response for the exact value. */
  keyword?: string;
  /** @default 'instanceName' */
  orderBy?: 'instanceName' | 'instanceID' | 'createdAt';
  /** @default 'ASC' */
  order?: 'ASC' | 'DESC';
  /** Counts from 1. @default 1 */
  pageNo?: number;
  /** 1 to 100000. @default 10 */
  pageSize?: number;
}

/** The response to `GET /v2/cluster/{clusterID}/instances`. */
export type ListInstancesResponse = z.infer<typeof listInstancesResponseSchema>;
export const listInstancesResponseSchema = wireObject({
  instancePage: wireObject({
    /** The number of machines on all pages. */
    totalCount: z.int(),
    instanceList: z.preprocess((list) => list ?? [], z.array(listedInstanceSchema)),
  }),
  requestID: requestIDSchema,
});

/**
 * The response to `POST /v2/cluster/{clusterID}/instances`. The IDs are empty if the service omits them, because
 * rejecting the response would not undo the machines.
 */
export type AddInstancesResponse = z.infer<typeof addInstancesResponseSchema>;
export const addInstancesResponseSchema = wireObject({
  ...tolerantShape({ cceInstanceIDs: z.array(z.string()) }),
  requestID: requestIDSchema,
});

/** The body of `PUT /v2/cluster/{clusterID}/instances`, which deletes machines. */
export interface DeleteInstancesRequest {
  instanceIDs: string[];
  /** Without it, the `deleteOption` of each machine's own spec applies. */
  deleteOption?: DeleteOption;
  /** Also lowers the wanted number of the machine's group. Source: page; the SDK does not have it. */
  scaleDown?: boolean;
}

/** The response to `PUT /v2/cluster/{clusterID}/instances`: the deletion has begun. */
export const deleteInstancesResponseSchema = wireObject({ requestID: requestIDSchema });
