import {
  BatchNotFoundError,
  KeyReusedError,
  OperationNotFoundError,
  WebhookNotFoundError,
  type ApprovalStatus,
  type FollowedOperation,
  type Follower,
  type Operation,
  type OperationStatus,
  type Orchestrator,
  type Webhook,
  type WebhookSettings,
} from '../../client/index.ts';

/** The end of the name of the approval that the hand-made orchestrator knows. */
export const approvalID = '0123456789abcdef01234567~01234567-89ab-cdef-0123-456789abcdef';

export const runID = '01234567-89ab-cdef-0123-456789abcdef';

/** An operation as the hand-made orchestrator knows it. */
export function operationOf(clusterName: string, more: Partial<OperationStatus> = {}): OperationStatus {
  const kind = more.kind ?? 'create';
  return {
    kind,
    workflowID: `cce:default:bj:${kind === 'delete' ? 'delete:' : ''}${clusterName}`,
    runID,
    clusterName,
    hasLease: false,
    leaseBegan: false,
    execution: 'running',
    startedAt: '2026-11-28T01:00:00.000Z',
    ...more,
  };
}

/** An orchestrator that knows some operations, and starts nothing. */
export function handMade(operations: readonly OperationStatus[]): Orchestrator {
  const find = async (nameOrID: string) => {
    const found = operations.find(({ clusterName, clusterID }) => clusterName === nameOrID || clusterID === nameOrID);
    if (found === undefined) throw new OperationNotFoundError(nameOrID);
    return found;
  };
  const byRun = (workflowID: string) => operations.find((operation) => operation.workflowID === workflowID);
  const operation: Orchestrator['operation'] = async ({ workflowID }) => {
    const found = byRun(workflowID);
    if (found === undefined) throw new OperationNotFoundError(workflowID);
    return found;
  };
  const made: Partial<Orchestrator> = {
    create: async () => ({ workflowID: 'cce:default:bj:ci-1', runID, attached: false, warnings: [] }),
    status: find,
    operation,
    async *watch(reference) {
      yield await operation(reference);
    },
    async *list() {
      for (const { outcome: _outcome, currentStep: _step, ...listed } of operations) yield listed as Operation;
    },
    cancel: find,
    extendLease: find,
    kubeconfig: async (clusterName, { type = 'vpc', expireHours = 8 } = {}) => ({
      account: 'default',
      region: 'bj',
      clusterID: 'cce-abcd1234',
      clusterName,
      type,
      expireHours,
      permanent: false,
      warnings: [],
      kubeconfig: 'apiVersion: v1\n',
    }),
    delete: async (name) => ({ workflowID: `cce:default:bj:delete:${name}`, runID }),
    requests: keysOf(),
    approvals: approvalsOf(),
    batches: batchesOf(),
    teardown: {
      find: async () => ({
        foundAt: '2026-11-28T01:00:00.000Z',
        targets: [clusterOf('ci-1')],
        spared: [clusterOf('ci-2')].map((one) => ({ ...one, reason: 'foreign' as const })),
        patterns: [],
      }),
      schedules: {
        set: async () => {},
        async *list() {
          yield { name: 'ci-1', paused: true };
        },
        pause: async (name) => name === 'ci-1',
        remove: async (name) => name === 'ci-1',
      },
    },
    reconcileSearch: {
      start: async () => ({ workflowID: 'cce:default:bj:reconcile:report', runID }),
      status: async (search) => ({ ...search, execution: 'completed', startedAt: '2026-11-28T01:00:00.000Z', report }),
    },
    webhooks: webhooksOf(),
    reconcileSchedule: { set: async () => {}, describe: async () => ({ paused: false }), remove: async () => true },
  };
  return made as Orchestrator;
}

/** One webhook, which has undelivered events of two clusters. */
export function webhooksOf(
  settings: WebhookSettings = {
    url: 'https://receiver.example/hidden?token=hidden',
    secret: { fromEnv: 'CCE_WEBHOOK_SECRET' },
  },
): Orchestrator['webhooks'] {
  const known = {
    name: 'ci-1',
    settings,
    startedAt: '2026-11-28T01:00:00.000Z',
  };
  const all = new Map<string, Webhook>([[known.name, known]]);
  const get = async (name: string) => {
    const found = all.get(name);
    if (found === undefined) throw new WebhookNotFoundError(name);
    return found;
  };
  const parkedOf = (clusterName: string) => ({
    state: 'parked' as const,
    workflowID: `cce:default:bj:${clusterName}`,
    message: 'the receiver answered with status 503',
    since: known.startedAt,
    event: { id: `evt_${clusterName}`, type: 'ended' as const, timestamp: known.startedAt, clusterName },
  });
  return {
    set: async (name, settings) => void all.set(name, { ...known, name, settings }),
    get,
    settings: async (name) => all.get(name)?.settings,
    list: async () => [known, { name: 'prod', startedAt: known.startedAt }],
    remove: async (name) => name === known.name,
    undelivered: async () => [parkedOf('ci-1'), parkedOf('prod')],
    retry: async (name) => {
      await get(name);
      return 2;
    },
  };
}

/** Remembers keys in memory. */
export function keysOf(): Orchestrator['requests'] {
  const keys = new Map<string, { request: string; answer?: string }>();
  return {
    recall: async (key, request) => {
      const known = keys.get(key);
      if (known !== undefined && known.request !== request) throw new KeyReusedError();
      return known?.answer;
    },
    claim: async (key, request) => {
      const known = keys.get(key) ?? { request };
      keys.set(key, known);
      if (known.request !== request) throw new KeyReusedError();
      const remember = async (answer: string) => void (known.answer = answer);
      return { remember, ...(known.answer !== undefined && { answer: known.answer }) };
    },
  };
}

export const report = { clusters: 3, marked: 2, claimed: 2, unclaimed: [], orphans: 0, unknown: 0 };

function clusterOf(clusterName: string) {
  return {
    clusterID: `cce-${clusterName.padStart(8, '0').replace('-', '0')}`,
    clusterName,
    clusterPhase: 'running' as const,
  };
}

/** Knows one request for approval: `alice` wants to delete `ci-1`. */
export function approvalsOf(more: Partial<ApprovalStatus> = {}): Orchestrator['approvals'] {
  const [digest = ''] = approvalID.split('~');
  const known: ApprovalStatus = {
    workflowID: `cce:default:bj:approval:${digest}`,
    runID,
    state: 'pending',
    change: { kind: 'delete', clusterID: 'cce-00000ci1', clusterName: 'ci-1', options: {} },
    requestedBy: { name: 'alice', identity: 'token alice' },
    requestedAt: '2026-11-28T01:00:00.000Z',
    expiresAt: '2026-11-29T01:00:00.000Z',
    ...more,
  };
  return {
    request: async (_, { requestedBy }) => ({ ...known, requestedBy }),
    list: async () => [known],
    listed: async () => [{ ...known, status: async () => known }],
    status: async ({ workflowID }) => {
      if (workflowID !== known.workflowID) throw new OperationNotFoundError(workflowID);
      return known;
    },
    clusters: async (change) =>
      change.kind === 'delete' ? [{ kind: 'delete', clusterID: change.clusterID, clusterName: 'ci-1' }] : [],
    decide: async () => {},
  };
}

/** One batch, which is under way, with three items. */
function batchesOf(): Orchestrator['batches'] {
  const known = {
    name: 'ci-1',
    uploadID: 'upload-1',
    workflowID: 'cce:default:bj:batch:ci-1',
    execution: 'running',
    startedAt: '2026-11-28T01:00:00.000Z',
  };
  const status = async (name: string) => {
    if (name !== known.name) throw new BatchNotFoundError(name);
    return { ...known, current: [] };
  };
  const tell = async (name: string) => void (await status(name));
  return {
    start: async ({ name, items }) => ({ name, workflowID: known.workflowID, items: items.length, attached: false }),
    status,
    async *watch(name) {
      yield await status(name);
    },
    pause: tell,
    resume: tell,
    cancel: tell,
    setConcurrency: tell,
    retryFailed: tell,
    async *results(name, from = 0) {
      await status(name);
      for (let index = from; index < 3; index++) {
        yield {
          index,
          kind: 'create',
          clusterName: `ci-${index}`,
          result: 'running',
          workflowID: `cce:default:bj:ci-${index}`,
        };
      }
    },
    clusters: async (name) => {
      await status(name);
      return ['ci-0', 'ci-1', 'ci-2'].map((clusterName) => ({ clusterName }));
    },
    deletes: async (name) => {
      await status(name);
      return false;
    },
    list: async () => [known, { ...known, name: 'nightly', execution: 'completed' }],
  };
}

/** A follower that knows some operations, and learns of others when it is told. */
export function handMadeFollower(
  operations: readonly FollowedOperation[] = [],
): Follower & { tell: (operations: readonly FollowedOperation[]) => void; followers: () => number } {
  let known = operations;
  const listeners = new Set<() => void>();
  const follow = (listener: () => void) => {
    listeners.add(listener);
    queueMicrotask(listener);
    return () => void listeners.delete(listener);
  };
  const follower: Follower = {
    operation: ({ workflowID, runID: run }, onChange) =>
      follow(() => onChange(known.find((one) => one.workflowID === workflowID && one.runID === run))),
    scope: (_, onChange) => follow(() => onChange(known, Date.now())),
    end: ({ workflowID }, onEnd) =>
      follow(() => {
        if (!known.some((one) => one.workflowID === workflowID && one.execution === 'running')) onEnd();
      }),
    for: () => follower,
  };
  return {
    ...follower,
    tell(now) {
      known = now;
      for (const listener of listeners) listener();
    },
    followers: () => listeners.size,
  };
}
