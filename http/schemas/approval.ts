import { z } from 'zod';

/** An object whose fields a type of the library describes. */
const anyObject: z.ZodType<object> = z.looseObject({});

const states = ['pending', 'approved', 'started', 'rejected', 'expired', 'failed', 'terminated'] as const;

export const approvalSchema = z
  .object({
    name: z.string().describe('The path of the request below the host of the server.'),
    state: z
      .enum(states)
      .describe('`approved`: it is being started. `failed`: it was approved, and could not be started.'),
    change: z
      .object({
        kind: z.enum(['delete', 'batch', 'reconcile']).describe('A teardown is a batch.'),
        clusterName: z.string().exactOptional(),
        clusterID: z.string().exactOptional(),
        batch: z.string().exactOptional().describe('The name of the batch.'),
        creates: z.int().exactOptional(),
        deletes: z.int().exactOptional(),
        options: z
          .looseObject({})
          .describe('How it deletes. A batch shows every option that any of its deletes has on.'),
      })
      .describe('What is carried out once somebody approves.'),
    requestedBy: z.string(),
    requestedAt: z.string(),
    expiresAt: z.string().describe('When a request that nobody decides about lapses.'),
    decidedBy: z.string().exactOptional(),
    reason: z.string().exactOptional().describe('Why it was rejected.'),
    failure: z.object({ type: z.string(), message: z.string() }).exactOptional(),
    operation: z.string().describe('The path of the operation to follow.'),
    clusters: z
      .array(
        z.object({
          kind: z.enum(['create', 'delete']),
          clusterName: z.string().exactOptional(),
          clusterID: z.string().exactOptional(),
          options: anyObject.exactOptional().describe('How an item of a batch deletes it.'),
          phases: z
            .array(z.string())
            .exactOptional()
            .describe('The phases in which a teardown deletes it. By default any.'),
        }),
      )
      .exactOptional()
      .describe('The clusters that the change creates or deletes. Absent in lists.'),
  })
  .meta({ id: 'Approval', description: 'A deletion that a second principal has to approve.' });

export type ApprovalResource = z.infer<typeof approvalSchema>;

export const approvalPageSchema = z
  .object({
    approvals: z.array(approvalSchema),
    nextCursor: z.string().exactOptional().describe('Absent on the last page.'),
  })
  .meta({ id: 'ApprovalPage' });
