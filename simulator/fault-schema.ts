import { z } from 'zod';
import { callNames } from './call-names.ts';
import { creationSteps } from './lifecycle.ts';
import { machineSteps } from './machine-lifecycle.ts';

const conditions = {
  /** The call that the fault affects, e.g. `createCluster`. @default any call */
  call: z.enum(callNames).optional(),
  /** A pattern for the whole cluster name, with `*` and `?`. */
  name: z.string().optional(),
  clusterID: z.string().optional(),
  /** The probability that the fault affects a matching call. @default 1 */
  probability: z.number().min(0).max(1).optional(),
  /** Limits the fault to the nth matching call, from 1. */
  nth: z.int().min(1).optional(),
  /** The maximum number of times that the fault occurs. */
  times: z.int().min(1).optional(),
  /** The fault ends this long after it first occurs. */
  forSeconds: z.number().min(0).optional(),
};

/** A new cluster has no ID yet, and only `createCluster` creates clusters. */
const creationConditions = {
  ...conditions,
  call: z.literal('createCluster').default('createCluster'),
  clusterID: z.never().optional(),
};

const step = z
  .union([z.int().min(1).max(creationSteps.length), z.enum(creationSteps.map(({ stepName }) => stepName))])
  .describe('position from 1, or name');

/** Which of the nodes that one call orders are affected. */
const nodeConditions = {
  ...conditions,
  call: z.enum(['createCluster', 'addInstances']).optional(),
  /** The share of the new nodes, between 0 and 1. @default 1 */
  share: z.number().min(0).max(1).optional(),
  /** The number of new nodes; takes precedence over `share`. */
  count: z.int().min(1).optional(),
};
const nodeStep = z
  .union([z.int().min(1).max(machineSteps.length), z.enum(machineSteps.map(({ stepName }) => stepName))])
  .describe('position from 1, or name');
const when = z.enum(['before', 'after']).default('before');
const seconds = z.number().min(0);

/** A fault with its conditions; `simulator/README.md` describes all kinds. */
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
  z.strictObject({
    kind: z.literal('refuse'),
    status: z.int().min(400).max(499).default(403),
    code: z.string().default('AccessDenied'),
    message: z.string().default('the service refuses the call'),
    /** Sent as the `Retry-After` header; absent: no header. */
    retryAfterSeconds: z.int().min(0).optional(),
    ...conditions,
  }),
  z.strictObject({
    kind: z.literal('stale'),
    seconds,
    ...conditions,
    call: z
      .enum(['getCluster', 'getEventSteps', 'listClusters', 'listInstances', 'getInstance', 'getInstanceEventSteps'])
      .optional(),
  }),
  z.strictObject({ kind: z.literal('list-lag'), seconds, ...creationConditions }),
  z.strictObject({
    kind: z.literal('step-fails'),
    step,
    recoverAfterSeconds: seconds,
    code: z.string().default('cce.error.InternalError'),
    message: z.string().default('the step failed; the service will retry it'),
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
    kind: z.literal('nodes-fail'),
    step: nodeStep.default(4),
    code: z.string().default('cce.error.InternalError'),
    message: z.string().default('the node could not be set up'),
    suggestion: z.string().default('delete the node and add another'),
    ...nodeConditions,
  }),
  z.strictObject({ kind: z.literal('nodes-late'), seconds, ...nodeConditions }),
  z.strictObject({
    kind: z.literal('out-of-stock'),
    code: z.string().default('cce.warning.OutOfStock'),
    message: z.string().default('the machine type is sold out in this zone'),
    suggestion: z.string().default('choose another machine type or zone'),
    ...nodeConditions,
  }),
  z.strictObject({
    kind: z.literal('delete-failed'),
    ...conditions,
    call: z.literal('deleteCluster').default('deleteCluster'),
    /** The number of deletions of each cluster that fail, from its first. Other faults count over all clusters. */
    times: z.int().min(1).default(1),
  }),
  z.strictObject({
    kind: z.literal('node-delete-failed'),
    ...conditions,
    call: z.literal('deleteInstances').default('deleteInstances'),
    /** The number of deletions of each node that fail, from its first. */
    times: z.int().min(1).default(1),
  }),
  z.strictObject({
    kind: z.literal('rbac-refused'),
    message: z.string().default('the service issues no kubeconfig for this cluster'),
    ...conditions,
    call: z.literal('createTemporaryKubeconfig').default('createTemporaryKubeconfig'),
  }),
]);

export type Fault = z.infer<typeof faultSchema>;
/** A fault in which parameters with a default may be omitted. */
export type FaultInput = z.input<typeof faultSchema>;
export type FaultKind = Fault['kind'];

/** One line about each fault, with its parameters in brackets, for `--help`. */
export const faultSummaries: Readonly<Record<FaultKind, string>> = {
  latency: 'delays the call; combines with other faults [ms]',
  'drop-before': 'closes the connection; the call has no effect',
  'drop-after': 'lets the call take effect, then closes the connection',
  status: 'returns an error before or after the effect [status=500|502|503|504, when=before|after]',
  throttle: 'returns 429 RequestLimitExceeded with Retry-After; no effect [retryAfterSeconds]',
  html: "returns 502 with a gateway's HTML page; no effect",
  truncated: 'lets the call take effect, then closes the connection in the middle of the body',
  empty: 'lets the call take effect, then returns 200 with an empty body',
  'request-expired': 'returns 400 RequestExpired; no effect',
  refuse: 'refuses the call; no effect [status=400..499, code, message, retryAfterSeconds]',
  stale: 'makes a read show clusters as they were a while ago [seconds]',
  'list-lag': 'hides a new cluster from lists for a time [seconds]',
  'step-fails': 'a step of the creation fails and later resumes [step, recoverAfterSeconds, code, message]',
  'create-failed': 'a step fails, and the cluster becomes create_failed [step, code, message, suggestion]',
  'stuck-step': 'a step of the creation never ends [step]',
  'external-deletion': 'the cluster is deleted without a DELETE call [afterSeconds]',
  'nodes-fail': 'nodes become create_failed [share or count, step, code, message, suggestion]',
  'nodes-late': 'nodes take longer [seconds, share or count]',
  'out-of-stock': 'there are no machines for nodes [share or count, code, message, suggestion]',
  'delete-failed': 'the first deletions of each cluster end in delete_failed [times]',
  'node-delete-failed': 'the first deletions of each node end in delete_failed [times]',
  'rbac-refused': 'refuses a temporary kubeconfig inside a response with status 200 [message]',
};

/**
 * Parses a fault from the command line: JSON, or `kind:name=value,name=value`.
 *
 * @throws Error with a readable description of the problem.
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
