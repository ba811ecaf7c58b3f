import { z } from 'zod';

/** The metadata `encryption` of an encrypted payload. It is stored in clear and contains no secret. */
export const payloadHeaderSchema = z.object({
  keyID: z.string(),
  keyFingerprint: z.string(),
  /** The compression that was applied before the encryption. */
  compression: z.enum(['gzip', 'none']),
  /**
   * The workflow that the payload belongs to. Absent where the SDK gives no context, as for the memo of a schedule.
   * `workflowID` is absent for activities that no workflow started.
   */
  owner: z.object({ namespace: z.string(), workflowID: z.string().optional() }).optional(),
});

export type PayloadHeader = z.infer<typeof payloadHeaderSchema>;
