import { Context } from '@temporalio/activity';
import { Client } from '@temporalio/client';
import { noopMetricMeter } from '@temporalio/common';
import { createItemReader } from '../../activities/batch/pages.ts';
import { batchActivities } from '../../activities/batch/cancel-items.ts';
import { startApprovedDelete } from '../../activities/delete/start-approved-delete.ts';
import { findOpenDeletes } from '../../activities/create/open-deletes.ts';
import { createActivities, type Activities } from '../../activities/index.ts';
import { describeCreates } from '../../activities/sweep/describe-creates.ts';
import { stepReporter } from '../../activities/watch/report-step.ts';
import { createCceClient } from '../../cce/client.ts';
import { createOrchestrator } from '../../client/index.ts';
import type { AccountRegion } from '../../contract/identity.ts';
import { failureConverterPath } from '../../temporal/encryption/data-converter.ts';
import { webhooksWithoutSecrets } from '../webhooks-without-secrets.ts';
import { LightResponse, type LightRequest } from './light-fetch.ts';
import type { ServiceRequest, ServiceResponse } from './service-log.ts';
import { createAttempts } from './temporal/attempts.ts';
import { describeRawRun } from '../../temporal/executions/raw-runs.ts';
import { connectionTo } from './temporal/connection.ts';
import type { Sandbox } from './temporal/sandbox.ts';
import { status, type Delays, type Temporal } from './temporal/model.ts';
import { resetRun } from './temporal/reset.ts';
import { createTemporal } from './temporal/temporal.ts';
import { lives, type VirtualTime, type WorkerLife } from './temporal/virtual-time.ts';

/** The name of the installation that is explored. */
export const installation = 'explored';

/** Temporal, workers and a client, as somebody has them who runs the project. */
export interface World {
  temporal: Temporal;
  client: Client;
  /** Kills a worker and starts another one in its place. */
  loseWorker: (worker: number) => void;
  /** Shuts a worker down in order, and starts another one in its place. */
  replaceWorker: (worker: number) => void;
  /** Resets the latest run of a workflow, if it is open: by the position of a task among all of its history. */
  resetRun: (workflowID: string, taskOf: (tasks: number) => number) => void;
  /** Ends all that still goes on, so that it cannot meddle with the next run. */
  end: () => Promise<void>;
}

interface Parts {
  scope: AccountRegion;
  sandbox: Sandbox;
  time: VirtualTime;
  delays: Delays;
  /** How long a call of Temporal takes. */
  rpcDelayMs: () => number;
  nextWorker: () => number;
  longHistory: number;
  pollIntervalMs: number;
}

export const workers = 2;

export function createWorld(parts: Parts): World {
  const { scope, sandbox, time, delays, rpcDelayMs, nextWorker, longHistory, pollIntervalMs } = parts;
  let runs = 0;
  const inMemory: { activities: Activities; life: { isLost: boolean; worker: number } }[] = [];
  const temporal = createTemporal({
    time,
    sandbox,
    delays,
    nextWorker,
    longHistory,
    newRunID: () => `00000000-0000-4000-8000-${String(++runs).padStart(12, '0')}`,
    attempts: (model) => createAttempts(model, (worker) => ({ ...inMemory[worker]!, client })),
  });
  const client = new Client({
    connection: connectionTo(temporal, rpcDelayMs),
    dataConverter: { failureConverterPath },
  });
  const lifeOfAll: { life: WorkerLife }[] = [];
  const newWorker = (worker: number) => {
    const made = { activities: activitiesOf(client, scope, pollIntervalMs), life: { isLost: false, worker } };
    lifeOfAll.push(made);
    return made;
  };
  for (let worker = 0; worker < workers; worker++) inMemory.push(newWorker(worker));

  return {
    temporal,
    client,
    loseWorker(worker) {
      temporal.loseWorker(worker);
      inMemory[worker]!.life.isLost = true;
      inMemory[worker] = newWorker(worker);
    },
    replaceWorker(worker) {
      temporal.attempts.shutDown(worker);
      inMemory[worker] = newWorker(worker);
    },
    resetRun(workflowID, taskOf) {
      const run = temporal.latest(workflowID);
      if (run?.status !== status.running || run.history.length === 0) return;
      resetRun(temporal, run, taskOf(run.history.length));
    },
    async end() {
      for (const { life } of lifeOfAll) life.isLost = true;
      await temporal.end();
    },
  };
}

function activitiesOf(client: Client, scope: AccountRegion, pollIntervalMs: number): Activities {
  return createActivities({
    cce: createCceClient({
      region: 'bj',
      endpoint: 'https://cce.invalid',
      credentials: () => ({ accessKeyID: 'key', secretAccessKey: 'secret' }),
    }),
    secrets: { env: (name) => process.env[name], file: () => undefined },
    reportStep: stepReporter(client),
    describeCreates: describeCreates(client),
    isWorkflowOpen: async ({ workflowID, runID }) =>
      (await describeRawRun(client, workflowID, runID))?.isRunning === true,
    findOpenDeletes: findOpenDeletes(client, scope),
    startApprovedDelete: startApprovedDelete(client),
    readItem: createItemReader(client),
    batches: batchActivities(client),
    webhooks: webhooksWithoutSecrets(client),
    payloadCodecs: [],
    pollIntervalMs,
    installation,
    maximumRequestsPerSecond: 50,
    meter: noopMetricMeter,
  });
}

/** Has the product load what it loads when it is first used: that takes real time. */
export async function loadAll(): Promise<void> {
  await createOrchestrator({ client: {} as never, account: 'any', region: 'bj' })
    .create({})
    .catch(() => {});
}

/** Receives a request of a worker. Its answer may never come. */
export type Network = (
  request: ServiceRequest & { activity: string },
  signal: AbortSignal,
) => Promise<ServiceResponse | 'lost'>;

/** A `fetch` that sends the requests of all workers to a scripted service. */
export function fetchFrom(receive: Network): typeof fetch {
  return async (input) => {
    const request = input as unknown as LightRequest;
    const { pathname, searchParams } = new URL(request.url);
    const answer = await receive(
      {
        method: request.method,
        path: pathname,
        query: searchParams,
        body: request.sent === '' ? undefined : JSON.parse(request.sent),
        sender: Context.current().info.workflowExecution?.runId ?? '',
        activity: Context.current().info.activityType,
      },
      request.signal,
    );
    // What a lost worker receives concerns nobody.
    if (lives.getStore()?.isLost === true) return new Promise<never>(() => {});
    if (answer === 'lost') throw new TypeError('fetch failed', { cause: { code: 'ECONNRESET' } });
    return new LightResponse(answer.body, answer.status, answer.headers ?? {}) as unknown as Response;
  };
}
