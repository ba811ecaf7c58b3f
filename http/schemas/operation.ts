import { z } from 'zod';
import {
  stages,
  type BlockedBy,
  type ClusterNodes,
  type CurrentStep,
  type ItemResult,
  type Problem,
  type Step,
} from '../../client/index.ts';

const time = z.iso.datetime();

/** An object whose fields a document of its own describes. */
const anyObject: z.ZodType<object> = z.looseObject({});

const itemResults = [
  'notStarted',
  'refused',
  'unknown',
  'underWay',
  'running',
  'failed',
  'cancelled',
  'expired',
  'vanished',
  'deleted',
  'absent',
  'terminated',
  'rolledBack',
] as const satisfies ItemResult['result'][];

const foundSchema: z.ZodType<Problem> = z
  .object({ path: z.string(), message: z.string(), rule: z.string(), advice: z.string() })
  .meta({ id: 'Finding', description: 'What a validation rule found in a spec.' });

const stepSchema: z.ZodType<Step> = z
  .looseObject({
    name: z.string().describe('A display text of the vendor, not a key.'),
    index: z.int(),
    total: z.int(),
    status: z.string().meta({ examples: ['todo', 'doing', 'done', 'failed'] }),
    retryCount: z.int().describe('The number of attempts.'),
    startedAt: z.string().exactOptional(),
    finishedAt: z.string().exactOptional(),
    error: z.looseObject({ code: z.string().exactOptional(), message: z.string().exactOptional() }).exactOptional(),
  })
  .meta({ id: 'Step', description: 'One step of the service on the way of a cluster.' });

const nodesSchema: z.ZodType<ClusterNodes> = z
  .looseObject({
    wanted: z.int(),
    ready: z.int(),
    beingMade: z.int().describe('On their way, or in no list yet.'),
    failed: z.int(),
    replaced: z.int().exactOptional(),
    failedNodes: z
      .array(
        z.looseObject({
          cceInstanceID: z.string(),
          instanceID: z.string().exactOptional(),
          step: z.string().exactOptional().describe('The step that failed, a display text of the vendor.'),
          code: z.string().exactOptional(),
          message: z.string().exactOptional(),
          suggestion: z.string().exactOptional(),
        }),
      )
      .exactOptional()
      .describe('The failed nodes, at most 20 of them.'),
    reasons: z
      .array(
        z.looseObject({
          count: z.int(),
          step: z.string().exactOptional(),
          code: z.string().exactOptional(),
          message: z.string().exactOptional(),
        }),
      )
      .exactOptional()
      .describe('Why these failed, the most frequent reason first.'),
  })
  .meta({ id: 'ClusterNodes', description: 'The nodes that a create asked for, as last seen.' });

const currentStepSchema: z.ZodType<CurrentStep> = z
  .looseObject({
    stage: z.enum(stages),
    clusterID: z.string().exactOptional(),
    phase: z.string().exactOptional(),
    step: stepSchema.exactOptional(),
    steps: z.array(stepSchema),
    nodes: nodesSchema.exactOptional(),
    updatedAt: z.string(),
    expiresAt: z.string().exactOptional().describe('When the time to live of the cluster ends.'),
    ttlSeconds: z.number().exactOptional().describe('The length of that time to live.'),
    waitsFor: z
      .looseObject({
        reason: z.enum(['service', 'keys', 'rights', 'busyCluster', 'oldCluster']),
        message: z.string(),
        since: z.string(),
        retryAt: z.string().exactOptional(),
      })
      .exactOptional()
      .describe('What the service refuses for now.'),
    pollTrouble: z.looseObject({ failures: z.int(), message: z.string() }).exactOptional(),
  })
  .meta({ id: 'CurrentStep' });

const blockedBySchema: z.ZodType<BlockedBy> = z
  .object({
    reason: z.enum(['noWorker', 'taskFails', 'noAnswer', 'paused', 'callFails', 'callLasts']),
    message: z.string(),
  })
  .meta({ id: 'BlockedBy', description: 'Why nothing moves, for example because no worker polls.' });

export const metadataSchema = z
  .looseObject({
    kind: z.enum(['create', 'delete', 'batch', 'reconcile', 'approval']),
    workflowID: z.string().exactOptional().describe('The workflow in Temporal.'),
    runID: z.string().exactOptional(),
    clusterName: z.string().exactOptional(),
    clusterID: z.string().exactOptional(),
    execution: z
      .string()
      .exactOptional()
      .meta({ examples: ['running', 'completed', 'failed'] }),
    startedAt: time.exactOptional(),
    closedAt: time.exactOptional(),
    requestedBy: z
      .string()
      .exactOptional()
      .describe('Who started it: the name of the token, or `anonymous`. Absent if it was not started over HTTP.'),
    approvedBy: z.string().exactOptional().describe('Who approved it, where a second principal has to.'),
    pendingApproval: z
      .object({ approval: z.string(), expiresAt: z.string(), requestedBy: z.string() })
      .exactOptional()
      .describe('It waits until a second principal approves it: `approval` is the path of the request.'),
    hasLease: z.boolean().exactOptional().describe('Whether the cluster has a time to live.'),
    leaving: z.boolean().exactOptional().describe('The cluster had a time to live, and is being deleted.'),
    currentStep: currentStepSchema.exactOptional(),
    blockedBy: blockedBySchema.exactOptional(),
    stalledForSeconds: z.int().exactOptional(),
    overdue: z.object({ since: z.string() }).exactOptional(),
    attached: z
      .boolean()
      .exactOptional()
      .describe('The request was asked before; this is the operation that it started.'),
    adopted: z
      .object({ clusterID: z.string() })
      .exactOptional()
      .describe('The cluster existed already, made from this spec.'),
    warnings: z.array(foundSchema).exactOptional(),
    progress: anyObject.exactOptional().describe('The counts of a batch.'),
  })
  .meta({ id: 'OperationMetadata' });

export const statusSchema = z
  .object({
    code: z.int().describe('A code of google.rpc.Code.'),
    status: z.string().meta({ examples: ['ALREADY_EXISTS', 'CANCELLED'] }),
    message: z.string(),
    details: z.array(anyObject).describe('The outcome, with failure, clean-up and what is left behind.'),
  })
  .meta({ id: 'OperationError', description: 'Why an operation failed, as google.rpc.Status.' });

/** A long-running operation, by Google's AIP-151. */
export const operationSchema = z
  .object({
    name: z.string().describe('The path of the operation below the host of the server.'),
    done: z.boolean(),
    metadata: metadataSchema,
    error: statusSchema.exactOptional().describe('Present if the operation is done and failed.'),
    response: anyObject.exactOptional().describe('The outcome, if the operation is done and succeeded.'),
  })
  .meta({
    id: 'Operation',
    description: 'A long-running operation, by AIP-151. Lists leave out `error` and `response`.',
  });

export type OperationResource = z.infer<typeof operationSchema>;

export const operationPageSchema = z
  .object({
    operations: z.array(operationSchema),
    nextCursor: z.string().exactOptional().describe('Absent on the last page.'),
  })
  .meta({ id: 'OperationPage' });

export const clusterSchema = z
  .object({
    name: z.string().describe('The path of the cluster below the host of the server.'),
    clusterName: z.string().exactOptional(),
    clusterID: z.string().exactOptional(),
    state: z
      .enum(['creating', 'running', 'deleting', 'absent', 'failed', 'unknown'])
      .exactOptional()
      .describe(
        'What is known of the cluster: `failed` means that something may be left. Absent in lists, once the operation has ended.',
      ),
    expiresAt: z.string().exactOptional(),
    forbidDelete: z
      .boolean()
      .exactOptional()
      .describe(
        'Whether the cluster is protected from deletion, as it was last set through us. In lists, only as its create asked for it.',
      ),
    protectionUnclear: z
      .boolean()
      .exactOptional()
      .describe('A change of the protection was requested, and nobody knows whether it was made.'),
    operation: operationSchema.describe('The latest operation on the cluster.'),
    refusedCreate: anyObject.exactOptional().describe('A later create of the name that was refused.'),
  })
  .meta({ id: 'Cluster', description: 'A cluster, as the operations on it show it.' });

export type ClusterResource = z.infer<typeof clusterSchema>;

export const clusterPageSchema = z
  .object({ clusters: z.array(clusterSchema), nextCursor: z.string().exactOptional() })
  .meta({ id: 'ClusterPage' });

/** The answer to a request with `validateOnly`. */
export const checkedSchema = z
  .object({ valid: z.literal(true), warnings: z.array(foundSchema) })
  .meta({ id: 'Checked', description: 'The request passed all checks. Nothing was changed.' });

export const validationSchema = z
  .object({ valid: z.boolean(), errors: z.array(foundSchema), warnings: z.array(foundSchema) })
  .meta({ id: 'Validation' });

export const batchSchema = z
  .object({
    name: z.string().describe('The path of the batch below the host of the server.'),
    batch: z.string(),
    operation: operationSchema.describe('Its latest run. Lists leave out its progress and its outcome.'),
  })
  .meta({ id: 'Batch' });

export const batchPageSchema = z
  .object({ batches: z.array(batchSchema), nextCursor: z.string().exactOptional() })
  .meta({ id: 'BatchPage' });

const itemResultSchema: z.ZodType<ItemResult> = z
  .looseObject({
    index: z.int(),
    kind: z.enum(['create', 'delete']),
    clusterName: z.string().exactOptional(),
    clusterID: z.string().exactOptional(),
    result: z.enum(itemResults),
    nodes: nodesSchema.exactOptional(),
    workflowID: z.string(),
    startedAt: z.string().exactOptional(),
    closedAt: z.string().exactOptional(),
  })
  .meta({ id: 'ItemResult', description: 'The result or the current state of one item of a batch.' });

export const resultPageSchema = z
  .object({ results: z.array(itemResultSchema), nextCursor: z.string().exactOptional() })
  .meta({ id: 'ItemResultPage' });

/** What a batch would do. */
export const planSchema = z
  .object({
    valid: z.literal(true),
    warnings: z.array(foundSchema),
    creates: z.int(),
    deletes: z.int(),
    networks: z.array(anyObject).describe('The ranges that the creates will use, by VPC.'),
    estimatedSeconds: z.number(),
    assumptions: z.array(z.string()).describe('What the estimate assumes.'),
  })
  .meta({ id: 'BatchPlan' });

const targetSchema = z.looseObject({ clusterID: z.string(), clusterName: z.string(), clusterPhase: z.string() });

export const teardownReportSchema = z
  .object({
    targets: z.array(targetSchema).describe('The clusters to delete, oldest first.'),
    spared: z.array(targetSchema).describe('Clusters that match too, but are foreign or protected.'),
    patterns: z.array(anyObject).exactOptional().describe('How many names each pattern took.'),
  })
  .meta({ id: 'TeardownReport' });

export const scheduleSchema = z
  .object({
    name: z.string().describe('The path of the schedule below the host of the server.'),
    paused: z.boolean(),
    nextAt: z.string().exactOptional(),
    lastAt: z.string().exactOptional(),
  })
  .meta({ id: 'Schedule' });

export const scheduleListSchema = z.object({ schedules: z.array(scheduleSchema) }).meta({ id: 'ScheduleList' });

export const removedSchema = z.object({ removed: z.literal(true) }).meta({ id: 'Removed' });
