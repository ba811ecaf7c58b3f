import { z } from 'zod';
import { tolerantShape } from './tolerant.ts';
import { openEnum, wireObject, wireTextSchema, wireTimeSchema } from './wire.ts';

/** The error of a failed step. `suggestion` is a number in the field list and a string in the SDK; here it is always a string. */
export type EventStepError = z.infer<typeof eventStepErrorSchema>;
export const eventStepErrorSchema = wireObject(
  tolerantShape({ code: wireTextSchema, message: wireTextSchema, traceID: z.string(), suggestion: wireTextSchema }),
);

/** The fields that a step and its sub-steps share. Sources: API page, vendor SDK. */
const progressShape = tolerantShape({
  ready: z.boolean(),
  skipped: z.boolean(),
  /** The start of the first attempt. */
  startTime: wireTimeSchema,
  /** The end of the successful attempt. */
  finishedTime: wireTimeSchema,
  costSeconds: z.number(),
  /** The number of attempts: 1 for a step that succeeded at the first attempt. */
  retryCount: z.int(),
  /** Absent if the service sends an empty object, as it does for every step without an error. */
  errInfo: z.preprocess((error) => (isEmptyObject(error) ? undefined : error), eventStepErrorSchema.optional()),
  traceID: z.string(),
  errMsg: z.string(),
  actionName: z.string(),
  retryable: z.boolean(),
  skippable: z.boolean(),
  userAction: z.string(),
  userActionTime: wireTimeSchema,
});

/** The vendor's field list calls the field `errorInfo`; the example and the SDK call it `errInfo`. */
const aliases = { errorInfo: 'errInfo' } as const;

/** A part of a step. Source: vendor SDK. */
export type EventSubStep = z.infer<typeof eventSubStepSchema>;
export const eventSubStepSchema = wireObject(
  {
    ...progressShape,
    ...tolerantShape({ subStepName: z.string(), subStepStatus: z.string(), description: z.string() }),
  },
  aliases,
);

/**
 * One step of a create or a delete. `stepName` is a display text; it may be Chinese and may change.
 *
 * A `failed` step may become `done` later, because the service retries it. Only the phase of the cluster is final.
 */
export type EventStep = z.infer<typeof eventStepSchema>;
export const eventStepSchema = wireObject(
  {
    ...progressShape,
    stepName: z.string(),
    stepStatus: openEnum('todo', 'doing', 'paused', 'done', 'failed'),
    ...tolerantShape({ subSteps: z.array(eventSubStepSchema), decideDeployType: z.string() }),
  },
  aliases,
);

/** The response to `GET /v2/event/cluster/{clusterID}`; unlike the others, it is not wrapped in a field. */
export type EventStepsResponse = z.infer<typeof eventStepsResponseSchema>;
export const eventStepsResponseSchema = wireObject({
  status: openEnum(
    'creating',
    'created',
    'create_failed',
    'deleting',
    'deleted',
    'delete_failed',
    'upgrading',
    'upgraded',
    'upgrade_failed',
  ),
  /** Empty if the service sends `null` or omits the field. */
  steps: z.preprocess((steps) => steps ?? [], z.array(eventStepSchema)),
  requestID: z.string().optional(),
});

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
