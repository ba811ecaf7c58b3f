import { z } from 'zod';
import { requestIDSchema, wireObject } from './wire.ts';

/** The response to `GET /v2/quota/cluster` and `GET /v2/quota/cluster/{clusterID}/node`. Source: vendor SDK. */
export type Quota = z.infer<typeof quotaSchema>;
export const quotaSchema = wireObject({
  /** The number that the account, or the cluster, may have. */
  quota: z.int(),
  /** The number that it has. */
  used: z.int(),
  requestID: requestIDSchema,
});
