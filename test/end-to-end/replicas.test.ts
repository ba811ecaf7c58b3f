import pLimit from 'p-limit';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { eventsOf, operationIDOf, type OperationReference } from '../../client/index.ts';
import { readExample } from '../examples.ts';
import { startHTTPProcess } from '../http-process.ts';
import { useService } from '../service.ts';

const operations = 100;
/** The rest of the creates begins while consumers follow. */
const operationsBefore = 50;
const scopeConsumers = 4;
const operationConsumers = 10;

const { orchestration } = useService(['--create-seconds', '2', '--delete-seconds', '0'], { worker: false });
let replicas: ReturnType<typeof startHTTPProcess>[];

beforeAll(async () => {
  // With shorter pauses, the polls of a hundred clusters cost more than all else here.
  await orchestration().startWorker(300);
  // Consumers on a fast machine come back more often than one token may.
  const environment = { TEMPORAL_ADDRESS: inject('temporalAddress'), CCE_HTTP_MAX_REQUESTS_PER_SECOND: '10000' };
  replicas = [0, 1].map(() => startHTTPProcess(environment));
  await Promise.all(replicas.map(({ url }) => url));
});

afterAll(() => {
  for (const { kill } of replicas) kill();
});

it('consumers that reconnect to either of two servers at random see each change of 100 operations once and in order', async () => {
  const { orchestrator } = orchestration();
  const limit = pLimit(10);
  const create = (index: number) => limit(() => orchestrator.create(readExample('managed', `ci-${index}`)));
  const indexes = Array.from({ length: operations }, (_, index) => index);
  const ofScope = Array.from({ length: scopeConsumers }, (_, index) => consume('/events', index + 1, operations));
  await Promise.all(ofScope.map(({ hasBegun }) => hasBegun));
  const first = await Promise.all(indexes.slice(0, operationsBefore).map(create));
  const ofOperations = first
    .slice(0, operationConsumers)
    .map((operation, index) => consume(`/operations/${idOf(operation)}/events`, 100 + index, 1));
  const others = await Promise.all(indexes.slice(operationsBefore).map(create));

  const received = await Promise.all(ofScope.map(({ done }) => done));
  const expected = new Map<string, string[]>();
  for (const operation of [...first, ...others]) {
    const status = await orchestrator.operation(operation);
    expect(status.outcome?.outcome).toBe('running');
    expected.set(idOf(operation), eventsOf(status).map(textOf));
  }
  for (const each of received) expect(each).toEqual(expected);
  for (const [index, { done }] of ofOperations.entries()) {
    const id = idOf(first[index]!);
    expect(await done).toEqual(new Map([[id, expected.get(id)]]));
  }
  expect(Math.min(...ofScope.map(({ connections }) => connections()))).toBeGreaterThan(2);
}, 400_000);

function idOf(operation: OperationReference): string {
  return operationIDOf({ account: orchestration().account, region: 'bj' }, operation);
}

interface Received {
  operation: string;
  type: string;
  stage?: string;
  step?: { name: string; status: string; retryCount: number };
  response?: { outcome?: string };
}

/** A change as text. That a create verifies its cluster is not in the events of one that has ended. */
function textOf({ type, ...event }: object & { type: string }): string {
  const { stage, step } = event as Pick<Received, 'stage' | 'step'>;
  return [type, stage, step?.name, step?.status, step?.retryCount].filter((part) => part !== undefined).join(' ');
}

/** Follows a stream until it has told of a number of ends, and connects again to either server after some of its messages. */
function consume(path: string, seed: number, ends: number) {
  const chance = seededChance(seed);
  const received = new Map<string, string[]>();
  let connections = 0;
  let ended = 0;
  let lastID: string | undefined;
  let begin = () => {};
  const hasBegun = new Promise<void>((resolve) => (begin = resolve));

  async function follow(): Promise<Map<string, string[]>> {
    while (ended < ends) {
      connections++;
      const server = await replicas[chance() < 0.5 ? 0 : 1]!.url;
      const abort = new AbortController();
      const response = await fetch(`${server}/v1/${orchestration().account}/bj${path}`, {
        signal: abort.signal,
        headers: lastID === undefined ? {} : { 'last-event-id': lastID },
      });
      if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
      for await (const { id, events } of messagesOf(response)) {
        lastID = id;
        begin();
        for (const event of events) note(event);
        if (ended >= ends || chance() < 0.3) break;
      }
      abort.abort();
    }
    return received;
  }

  function note(event: Received): void {
    if (event.type === 'ended') ended++;
    if (event.stage === 'verifying') return;
    const id = event.operation.slice(event.operation.lastIndexOf('/') + 1);
    received.set(id, [...(received.get(id) ?? []), textOf(event)]);
  }

  return { hasBegun, done: follow(), connections: () => connections };
}

/** The messages of a stream of server-sent events. */
async function* messagesOf({ body }: Response): AsyncGenerator<{ id: string; events: Received[] }, void> {
  let text = '';
  for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
    const messages = (text + chunk).split('\n\n');
    text = messages.pop() ?? '';
    for (const message of messages) {
      const [, id, data] = /^id: (.*)\ndata: (.*)$/.exec(message) ?? [];
      if (id !== undefined) yield { id, ...(JSON.parse(data!) as { events: Received[] }) };
    }
  }
}

/** Numbers from 0 to 1 that look random, and are always the same. */
function seededChance(seed: number): () => number {
  let state = seed * 2_654_435_761;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
