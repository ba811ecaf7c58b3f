import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { noopMetricMeter } from '@temporalio/common';
import { findOpenDeletes } from '../../activities/create/open-deletes.ts';
import { createActivities, type Activities } from '../../activities/index.ts';
import { stepReporter } from '../../activities/watch/report-step.ts';
import { createCceClient } from '../../cce/client.ts';
import type { AccountRegion } from '../../contract/identity.ts';
import type { InFlight } from './in-flight.ts';
import type { ServiceResponse } from './service.ts';
import { steppedWatch } from './stepped-watch.ts';

interface ActivitySettings {
  client: Client;
  scope: AccountRegion;
  inFlight: InFlight;
  /** The time of the service. */
  nowMs: () => number;
}

/** The product's activities with its own client of the API, whose requests stop at a gate. */
export function exploredActivities({ client, scope, inFlight, nowMs }: ActivitySettings): Activities {
  const cce = createCceClient({
    region: 'bj',
    endpoint: 'https://cce.invalid',
    credentials: () => ({ accessKeyID: 'key', secretAccessKey: 'secret' }),
  });
  const reportStep = stepReporter(client);
  const activities = createActivities({
    cce,
    secrets: { env: (name) => process.env[name], file: () => undefined },
    reportStep,
    describeCreates: () => Promise.reject(new Error('not explored')),
    findOpenDeletes: findOpenDeletes(client, scope),
    batches: {} as never,
    // Shared lists rest for a part of this, in real time.
    pollIntervalMs: 4,
    installation: 'explored',
    maximumRequestsPerSecond: 10_000,
    meter: noopMetricMeter,
  });
  return { ...activities, watchCluster: steppedWatch({ cce, inFlight, reportStep, nowMs }) };
}

/** Sends the requests of all clients of this process through the gates. */
export function interceptRequests(inFlight: InFlight): void {
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const { pathname, searchParams } = new URL(request.url);
    const text = await request.text();
    const { workflowExecution } = Context.current().info;
    const answer = (await inFlight.pass({
      request: {
        method: request.method,
        path: pathname,
        query: searchParams,
        body: text === '' ? undefined : JSON.parse(text),
        sender: workflowExecution?.runId ?? '',
      },
    })) as 'lost' | ServiceResponse;
    if (answer === 'lost') throw new TypeError('fetch failed', { cause: { code: 'ECONNRESET' } });
    return new Response(answer.body, { status: answer.status, headers: answer.headers ?? {} });
  };
}
