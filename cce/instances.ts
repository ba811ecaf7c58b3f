import { z } from 'zod';
import { tolerantShape } from './tolerant.ts';
import { requestIDSchema, wireObject } from './wire.ts';

/**
 * A machine in the list of a cluster's machines, with only the fields that say what the machine is and what belongs to it.
 * Source: page and appendix of the instance API.
 */
export type ListedInstance = z.infer<typeof listedInstanceSchema>;
const listedInstanceSchema = wireObject(
  tolerantShape({
    spec: wireObject({
      cceInstanceID: z.string().optional(),
      existed: z.boolean().optional(),
      instanceChargingType: z.string().optional(),
    }),
    status: wireObject({
      machine: wireObject({
        instanceID: z.string().optional(),
        eip: z.string().optional(),
        /** The data disks. */
        mountList: z.array(wireObject({ cdsID: z.string().optional() })).optional(),
      }).optional(),
    }),
  }),
);

/** The query of `GET /v2/cluster/{clusterID}/instances`. */
export interface ListInstancesQuery {
  /** Counts from 1. @default 1 */
  pageNo?: number;
  /** @default 10 */
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
