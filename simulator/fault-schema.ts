import { z } from 'zod';
import { callNames } from './call-names.ts';
import { creationSteps } from './lifecycle.ts';

const conditions = {
  /** The call it befalls, e.g. `createCluster`; absent: any. */
  call: z.enum(callNames).optional(),
  /** Pattern for the whole cluster name, with `*` and `?`. */
  name: z.string().optional(),
  clusterID: z.string().optional(),
  /** The chance that it befalls a matching call. @default 1 */
  probability: z.number().min(0).max(1).optional(),
  /** Only the n-th matching call, from 1. */
  nth: z.int().min(1).optional(),
  /** How often it happens at most. */
  times: z.int().min(1).optional(),
};

/** Faults of a new cluster know no ID yet, and one call only makes clusters. */
const creationConditions = {
  ...conditions,
  call: z.literal('createCluster').default('createCluster'),
  clusterID: z.never().optional(),
};

const step = z
  .union([z.int().min(1).max(creationSteps.length), z.enum(creationSteps.map(({ stepName }) => stepName))])
  .describe('position from 1, or name');
const when = z.enum(['before', 'after']).default('before');
const seconds = z.number().min(0);

/** Something that goes wrong, when, and how often; explained in `simulator/README.md`. */
export const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('latency'), ms: z.number().min(0), ...conditions }),
  z.strictObject({ kind: z.literal('drop-before'), ...conditions }),
  z.strictObject({ kind: z.literal('drop-after'), ...conditions }),
  z.strictObject({
    kind: z.literal('status'),
    status: z.union([z.literal(500), z.literal(502), z.literal(503), z.literal(504)]).default(500),
    when,
    ...conditions,
  }),
  z.strictObject({ kind: z.literal('throttle'), retryAfterSeconds: z.int().min(0).default(1), ...conditions }),
  z.strictObject({ kind: z.literal('html'), ...conditions }),
  z.strictObject({ kind: z.literal('truncated'), ...conditions }),
  z.strictObject({ kind: z.literal('empty'), ...conditions }),
  z.strictObject({ kind: z.literal('request-expired'), ...conditions }),
  z.strictObject({ kind: z.literal('list-lag'), seconds, ...creationConditions }),
  z.strictObject({
    kind: z.literal('step-fails'),
    step,
    recoverAfterSeconds: seconds,
    code: z.string().default('cce.error.InternalError'),
    message: z.string().default('the step failed and is going to be tried again'),
    ...creationConditions,
  }),
  z.strictObject({
    kind: z.literal('create-failed'),
    step,
    code: z.string().default('cce.error.InternalError'),
    message: z.string().default('the step failed'),
    suggestion: z.string().default('delete the cluster and create it again'),
    ...creationConditions,
  }),
  z.strictObject({ kind: z.literal('stuck-step'), step, ...creationConditions }),
  z.strictObject({ kind: z.literal('external-deletion'), afterSeconds: seconds, ...creationConditions }),
  z.strictObject({
    kind: z.literal('delete-failed'),
    ...conditions,
    call: z.literal('deleteCluster').default('deleteCluster'),
    /** How many deletions of each cluster fail, from its first. Other than for the rest, it counts by cluster. */
    times: z.int().min(1).default(1),
  }),
]);

export type Fault = z.infer<typeof faultSchema>;
/** A fault as it is asked for: what has a default may be left out. */
export type FaultInput = z.input<typeof faultSchema>;
export type FaultKind = Fault['kind'];

/** One line for each fault, for `--help`. */
export const faultSummaries: Readonly<Record<FaultKind, string>> = {
  latency: 'ms: waits before the call is served; combines with the others',
  'drop-before': 'cuts the connection, the call has no effect',
  'drop-after': 'lets the call take effect, then cuts the connection',
  status: 'status=500|502|503|504, when=before|after: an error answer before or after the effect',
  throttle: 'retryAfterSeconds: 429 RequestLimitExceeded with Retry-After',
  html: "502 with a gateway's HTML page, no effect",
  truncated: 'lets the call take effect, then cuts the answer short',
  empty: 'lets the call take effect, then answers 200 with an empty body',
  'request-expired': '400 RequestExpired',
  'list-lag': 'seconds: a new cluster is missing from lists for so long',
  'step-fails': 'step, recoverAfterSeconds, code, message: a step fails, then goes on',
  'create-failed': 'step, code, message, suggestion: a step fails and the cluster with it',
  'stuck-step': 'step: a step never ends',
  'external-deletion': 'afterSeconds: somebody else deletes the cluster',
  'delete-failed': 'times: the first deletions of each cluster end in delete_failed',
};

/**
 * Reads a fault as it stands on a command line: JSON, or `kind:name=value,name=value`.
 *
 * @throws Error that says what is wrong, for people.
 */
export function parseFault(text: string): Fault {
  const result = faultSchema.safeParse(text.startsWith('{') ? JSON.parse(text) : fromShortForm(text));
  if (result.success) return result.data;
  throw new Error(z.prettifyError(result.error), { cause: result.error });
}

function fromShortForm(text: string): Record<string, unknown> {
  const [kind, parameters = ''] = splitOnce(text, ':');
  const values = parameters
    .split(',')
    .filter(Boolean)
    .map((parameter) => {
      const [name, value = ''] = splitOnce(parameter, '=');
      return [name, /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value];
    });
  return { kind, ...Object.fromEntries(values) };
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
