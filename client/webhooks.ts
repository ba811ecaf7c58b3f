import { setTimeout as pause } from 'node:timers/promises';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import pLimit from 'p-limit';
import { webhookWorkflowID, workflowIDPrefix, type Placement } from '../contract/identity.ts';
import type { Asker } from '../contract/operation-memo.ts';
import { placed } from '../contract/placed.ts';
import type { WebhookInput } from '../contract/webhook/activities.ts';
import type { ParkedDelivery, WebhookDeliveryMemo } from '../contract/webhook/delivery.ts';
import { retryDeliverySignal, setWebhookSignal } from '../contract/webhook/messages.ts';
import { maximumWebhooks, type WebhookMemo, type WebhookSettings } from '../contract/webhook/settings.ts';
import { workflowTypes } from '../contract/workflow-types.ts';
import { findBlock } from '../temporal/executions/blocked-by.ts';
import { listRunsOf } from '../temporal/executions/list-operations.ts';
import type { ListedRun } from '../temporal/executions/raw-runs.ts';
import { readWebhook, toRegistered, type RegisteredWebhook } from '../temporal/executions/read-webhook.ts';
import { checkOptions, labelOption } from './check-options.ts';
import { InvalidOptionsError } from './errors/invalid-options-error.ts';
import { OperationNotFoundError } from './errors/operation-not-found-error.ts';
import { WebhookNotFoundError } from './errors/webhook-not-found-error.ts';
import { describeOperation } from './find-operation.ts';
import { refuseClearText } from './refuse-clear-text.ts';
import { webhookProblems } from './webhook-problems.ts';

/** A webhook, which tells a receiver of events. */
export interface Webhook {
  name: string;
  /** Absent if this process has no key to read them, or Temporal has forgotten them. */
  settings?: WebhookSettings;
  /** When somebody registered it, RFC 3339. A webhook that is months old may show a later time. */
  startedAt: string;
  /** Who registered it, if the client said so. */
  requestedBy?: string;
  /** The operation that it was for has ended, and there are events of it that the receiver has not accepted. */
  hasEnded?: true;
}

/** The events of one operation that wait because the receiver has not accepted the first of them. */
export interface UndeliveredEvents {
  /** `parked`: requests have failed for three days, or can only fail, and none is sent until somebody calls `retry`. */
  state: 'retrying' | 'parked';
  /** The workflow of the create, delete, batch or teardown that the events are about. */
  workflowID: string;
  /** Why the last attempt failed. */
  message: string;
  /** When it was parked, RFC 3339. */
  since?: string;
  /** The first event that waits. Present while it is parked. */
  event?: ParkedDelivery['event'];
}

/** Tells receivers of events. All calls except `set`, `settings`, `list` and `remove` throw {@link WebhookNotFoundError}. */
export interface Webhooks {
  /**
   * Registers a webhook, or changes the settings of the webhook of this name. It tells of what happens from now on.
   *
   * @throws InvalidOptionsError
   * @throws OperationNotFoundError if it is for an operation that Temporal does not know
   *
   * @example
   * ```ts
   * await orchestrator.webhooks.set('platform', {
   *   url: 'https://platform.example/cce-events',
   *   secret: { fromEnv: 'CCE_WEBHOOK_SECRET' },
   *   events: ['ended', 'leaseEnding'],
   * });
   * ```
   */
  set: (name: string, settings: WebhookSettings) => Promise<void>;
  /** Reads a webhook, also one that has ended with its operation and has events that the receiver has not accepted. */
  get: (name: string) => Promise<Webhook>;
  /**
   * Reads the settings of a webhook, also of one that has ended with its operation, as long as Temporal knows it. `undefined` if
   * no webhook has this name.
   */
  settings: (name: string) => Promise<WebhookSettings | undefined>;
  /** Lists the webhooks of the account and region. */
  list: () => Promise<Webhook[]>;
  /** Removes a webhook, and drops the events that it has not delivered. `false` if no webhook has this name. */
  remove: (name: string) => Promise<boolean>;
  /**
   * Lists at most a hundred operations whose events the receiver has not accepted: those that are parked, and those among the
   * twenty oldest deliveries that are retried.
   */
  undelivered: (name: string) => Promise<UndeliveredEvents[]>;
  /** Delivers parked events, by the present settings. Returns the number of operations. */
  retry: (name: string) => Promise<number>;
}

const callsAtOnce = 10;
const mostShown = 100;
/** A delivery that has failed for long has begun long ago, so the oldest ones are enough. */
const mostDescribed = 20;
/** Two seconds. */
const settlingLooks = 20;
const settlingPauseMs = 100;

export function createWebhooks(client: Client, scope: Placement, asker: Asker = {}): Webhooks {
  const running = (workflowType: string) =>
    listRunsOf(client, scope, `WorkflowType = '${workflowType}' AND ExecutionStatus = 'Running'`);

  async function list(): Promise<Webhook[]> {
    const prefix = webhookWorkflowID(scope, '');
    const webhooks: Webhook[] = [];
    for await (const { workflowID, startedAtMs, memo } of running(workflowTypes.webhook)) {
      if (!workflowID.startsWith(prefix)) continue;
      const name = workflowID.slice(prefix.length);
      const read = await memo();
      if (read === undefined) webhooks.push({ name, startedAt: new Date(startedAtMs).toISOString() });
      else webhooks.push(webhookOf(name, toRegistered(read as WebhookMemo, true, new Date(startedAtMs))));
    }
    return webhooks.toSorted((left, right) => left.name.localeCompare(right.name));
  }

  async function refuseTooMany(name: string, { operation }: WebhookSettings): Promise<void> {
    const isForOperation = operation !== undefined;
    const most = isForOperation ? maximumWebhooks.forOperations : maximumWebhooks.others;
    const alike = (await list()).filter(({ settings }) => (settings?.operation !== undefined) === isForOperation);
    if (alike.filter((other) => other.name !== name).length < most) return;
    const message = `would be one more than the maximum of ${most} webhooks${isForOperation ? ' for single operations' : ''}`;
    throw new InvalidOptionsError([{ path: 'name', message }]);
  }

  async function deliveries(name: string): Promise<ListedRun[]> {
    const prefix = `${webhookWorkflowID(scope, name)}:`;
    const found: ListedRun[] = [];
    for await (const run of running(workflowTypes.webhookDelivery)) {
      if (run.workflowID.startsWith(prefix)) found.push(run);
    }
    return found;
  }

  /** The deliveries of a webhook; those that are parked with their reason. */
  async function deliveryStates(name: string) {
    const read = (await deliveries(name)).map(async (run) => {
      const { parked } = ((await run.memo()) ?? {}) as WebhookDeliveryMemo;
      return { run, parked };
    });
    return Promise.all(read);
  }

  /** The workflow ID of the execution that a delivery is for. The ID of the delivery ends with that and a start time. */
  function subjectOf(name: string, { workflowID }: ListedRun): string {
    const rest = workflowID.slice(webhookWorkflowID(scope, name).length + 1);
    return `${workflowIDPrefix(scope)}${rest.slice(0, rest.lastIndexOf(':'))}`;
  }

  /** Waits a little until a worker has given the settings to a webhook that existed before: later requests then follow them. */
  async function settled(name: string, settings: WebhookSettings): Promise<void> {
    for (let looks = 0; looks < settlingLooks; looks++) {
      const found = await readWebhook(client, scope, name);
      if (found === undefined || found === 'removed') return;
      if (JSON.stringify(found.settings) === JSON.stringify(settings)) return;
      await pause(settlingPauseMs);
    }
  }

  async function find(name: string): Promise<Webhook> {
    const found = await readWebhook(client, scope, name);
    if (found === 'removed') throw new WebhookNotFoundError(name);
    if (found?.isOpen === true) return webhookOf(name, found);
    // Temporal may have forgotten it before its events.
    const [oldest] = (await deliveries(name)).toSorted((left, right) => left.startedAtMs - right.startedAtMs);
    if (oldest === undefined) throw new WebhookNotFoundError(name);
    const known = found && webhookOf(name, found);
    return { ...(known ?? { name, startedAt: new Date(oldest.startedAtMs).toISOString() }), hasEnded: true };
  }

  return {
    async set(name, given) {
      checkOptions({ name: labelOption }, { name }, webhookProblems(given));
      const settings = given.operation === undefined ? given : await ofKnownOperation(client, given, given.operation);
      await refuseTooMany(name, settings);
      await refuseClearText(client, scope);
      const { account, region } = scope;
      const input: WebhookInput = { account, region, name };
      await client.workflow.signalWithStart(workflowTypes.webhook, {
        workflowId: webhookWorkflowID(scope, name),
        ...placed(scope),
        args: [input],
        memo: { webhook: settings, ...asker } satisfies WebhookMemo,
        signal: setWebhookSignal,
        signalArgs: [settings],
      });
      await settled(name, settings);
    },
    get: find,
    async settings(name) {
      const found = await readWebhook(client, scope, name);
      return found === 'removed' ? undefined : found?.settings;
    },
    list,
    async remove(name) {
      const wasThere = await terminate(client, webhookWorkflowID(scope, name));
      const limit = pLimit(callsAtOnce);
      const dropped = (await deliveries(name)).map(({ workflowID }) => limit(() => terminate(client, workflowID)));
      return (await Promise.all(dropped)).length > 0 || wasThere;
    },
    async undelivered(name) {
      const found = await deliveryStates(name);
      if (found.length === 0) await find(name);
      const waiting = found.flatMap(({ run, parked }): UndeliveredEvents[] =>
        parked ? [{ state: 'parked', workflowID: subjectOf(name, run), ...parked }] : [],
      );
      const others = found
        .filter((one) => !one.parked)
        .toSorted((left, right) => left.run.startedAtMs - right.run.startedAtMs)
        .slice(0, mostDescribed);
      const limit = pLimit(callsAtOnce);
      const retried = others.map(({ run }) =>
        limit(async (): Promise<UndeliveredEvents[]> => {
          const block = await findBlock(client, run, true);
          if (block?.reason !== 'callFails') return [];
          return [{ state: 'retrying', workflowID: subjectOf(name, run), message: block.message }];
        }),
      );
      return [...waiting, ...(await Promise.all(retried)).flat()].slice(0, mostShown);
    },
    async retry(name) {
      const parked = (await deliveryStates(name)).filter((one) => one.parked);
      if (parked.length === 0) await find(name);
      const limit = pLimit(callsAtOnce);
      const retried = parked.map(({ run }) => limit(() => retryDelivery(client, run)));
      return (await Promise.all(retried)).filter((isRetried) => isRetried).length;
    },
  };
}

function webhookOf(name: string, { settings, startedAt, requestedBy }: RegisteredWebhook): Webhook {
  return { name, settings, startedAt, ...(requestedBy !== undefined && { requestedBy }) };
}

/** The operation may have ended: the new settings then count for its parked events. */
async function ofKnownOperation(
  client: Client,
  settings: WebhookSettings,
  { workflowID, runID }: NonNullable<WebhookSettings['operation']>,
): Promise<WebhookSettings> {
  if ((await describeOperation(client, workflowID, runID)) === undefined) throw new OperationNotFoundError(workflowID);
  return { ...settings, operation: { workflowID, runID } };
}

/** Returns `false` if it has ended before. */
async function terminate(client: Client, workflowID: string): Promise<boolean> {
  return unlessEnded(() => client.workflow.getHandle(workflowID).terminate('the webhook was removed'));
}

async function retryDelivery(client: Client, { workflowID }: ListedRun): Promise<boolean> {
  return unlessEnded(() => client.workflow.getHandle(workflowID).signal(retryDeliverySignal));
}

async function unlessEnded(call: () => Promise<unknown>): Promise<boolean> {
  try {
    await call();
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
