import { z } from 'zod';
import { tolerantShape } from './tolerant.ts';
import { openEnum, wireObject, wireTextSchema, wireTimeSchema } from './wire.ts';

/** Why a step failed. The field list calls `suggestion` a number, the SDK a text: always a text here. */
export type EventStepError = z.infer<typeof eventStepErrorSchema>;
export const eventStepErrorSchema = wireObject(
  tolerantShape({ code: wireTextSchema, message: wireTextSchema, traceID: z.string(), suggestion: wireTextSchema }),
);

/** What a step and its parts have in common. Sources: API page, vendor SDK. */
const progressShape = tolerantShape({
  ready: z.boolean(),
  skipped: z.boolean(),
  /** When the first attempt began. */
  startTime: wireTimeSchema,
  /** When the last attempt ended well. */
  finishedTime: wireTimeSchema,
  costSeconds: z.number(),
  /** The number of attempts: 1 for a step that went well at once. */
  retryCount: z.int(),
  /** Absent where the service sends an empty object, which it does for every step without an error. */
  errInfo: z.preprocess((error) => (isEmptyObject(error) ? undefined : error), eventStepErrorSchema.optional()),
  traceID: z.string(),
  errMsg: z.string(),
  actionName: z.string(),
  retryable: z.boolean(),
  skippable: z.boolean(),
  userAction: z.string(),
  userActionTime: wireTimeSchema,
});

/** The field list of the vendor calls it `errorInfo`, its example and its SDK `errInfo`. */
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
 * One step of a create or a delete. `stepName` is text for people, may be Chinese, and may change.
 *
 * A step may read `failed` and be `done` later: the service tries again by itself. Only the cluster's phase decides.
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

/** The answer of `GET /v2/event/cluster/{clusterID}`; unlike the others it is not wrapped in a field. */
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
  /** Empty where the service sends `null` or nothing. */
  steps: z.preprocess((steps) => steps ?? [], z.array(eventStepSchema)),
  requestID: z.string().optional(),
});

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
