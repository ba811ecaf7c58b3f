import { afterEach, describe, expect, it, vi } from 'vitest';
import { OperationNotFoundError, UnreachableError, type Orchestrator } from '../../client/index.ts';
import { mostPositions, writeCursor } from '../../temporal/follow/cursor.ts';
import { createScopeReader } from '../../temporal/follow/scope-reader.ts';
import { maximumStreams } from '../../http/wait-limit.ts';
import { PayloadDecryptionError } from '../../temporal/encryption/payload-decryption-error.ts';
import { waiting } from '../waiting.ts';
import { startAPI, type API } from './api.ts';
import { handMadeFollower, runID } from './hand-made.ts';
import { at, life } from './life.ts';
import { authenticate, bearer } from './tokens.ts';

const base = '/v1/default/bj';
interface Received {
  id: string | undefined;
  events: Record<string, unknown>[];
}

/** The events in the text of a stream. */
function parseStream(text: string): Received[] {
  return text
    .split('\n\n')
    .filter((block) => block.includes('data: '))
    .map((block) => {
      const data = /^data: (.+)$/m.exec(block)?.[1] ?? '';
      return { id: /^id: (.+)$/m.exec(block)?.[1], ...(JSON.parse(data) as { events: Record<string, unknown>[] }) };
    });
}

const short = ({ clusterName, type, stage, step, response }: Record<string, unknown>) => {
  const { name, status } = (step ?? {}) as { name?: string; status?: string };
  const what = type === 'step' ? `${name} ${status}` : type === 'stage' ? stage : JSON.stringify(response);
  return `${String(clusterName)}: ${String(what)}`;
};

const all = (received: Received[]) => received.flatMap(({ events }) => events).map(short);

describe('the events of one operation', () => {
  let api: API;
  afterEach(() => api.close());
  const url = `${base}/operations/create~ci-1~${runID}/events`;

  it('begin with all that has happened, follow what happens, and end with the operation', async () => {
    const follower = handMadeFollower([at(0)]);
    api = await startAPI({ follower });
    const stream = api.inject({ url });
    await vi.waitUntil(() => follower.followers() === 1, waiting);
    for (const done of [0, 2, 2, 4]) follower.tell([at(done)]);
    const { statusCode, headers, body } = await stream;
    expect([statusCode, headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8']);
    const received = parseStream(body);
    expect(all(received).map((text) => text.split(':[')[0])).toEqual(life);
    expect(received[0]?.events[0]).toMatchObject({ operation: url.replace('/events', ''), kind: 'create' });
    expect(follower.followers()).toBe(0);
  });

  it('tell of the end with its outcome, which is read later', async () => {
    const { outcome: _, ...ended } = at(4);
    const follower = handMadeFollower([{ ...ended, awaitsOutcome: true }]);
    api = await startAPI({ follower });
    const stream = api.inject({ url });
    await vi.waitUntil(() => follower.followers() === 1, waiting);
    follower.tell([{ ...ended, awaitsOutcome: true }]);
    follower.tell([at(4)]);
    const events = parseStream((await stream).body).flatMap((received) => received.events);
    expect(events.at(-1)).toMatchObject({ type: 'ended', response: { outcome: 'running' } });
  });

  it('go on after the last one on any server, without a gap or a repeat', async () => {
    const follower = handMadeFollower();
    api = await startAPI({ follower, longestStreamMs: 5 });
    const other = await startAPI({ follower: handMadeFollower([at(4)]) });
    for (let first = 0; first <= 4; first++) {
      follower.tell([at(first)]);
      const before = parseStream((await api.inject({ url })).body);
      const answer = await other.inject({ url, headers: { 'last-event-id': before.at(-1)?.id ?? '' } });
      expect(answer.statusCode).toBe(first === 4 ? 204 : 200);
      const texts = [...all(before), ...all(parseStream(answer.body))].map((text) => text.split(':[')[0]);
      expect(texts).toEqual(life);
    }
    await other.close();
  });

  it('are refused for an unknown operation, a foreign one, and an ID of another stream', async () => {
    api = await startAPI({ operations: [at(0), at(0, 'prod')], authenticate });
    const ask = async (operation: string, headers = {}) =>
      (
        await api.inject({ url: `${base}/operations/${operation}/events`, headers: { ...bearer('ci'), ...headers } })
      ).json<object>();
    expect(await ask(`create~nobody~${runID}`)).toMatchObject({ status: 404 });
    expect(await ask(`create~prod~${runID}`)).toMatchObject({ status: 404 });
    expect(await ask('batch~ci-1')).toMatchObject({ status: 400, detail: expect.stringContaining('/events?batch=') });
    for (const id of ['1', `${runID.replace('0', '1')}.5`, `${runID}.99999999`]) {
      const problem = await ask(`create~ci-1~${runID}`, { 'last-event-id': id });
      expect(problem).toMatchObject({ status: 400, problems: [{ in: 'headers', path: 'last-event-id' }] });
    }
  });
});

describe('the events of a scope', () => {
  let api: API;
  afterEach(() => api.close());

  it('tell of what is under way, of what follows, and of the operations that the token is for', async () => {
    const follower = handMadeFollower([at(0), at(1, 'prod'), at(4, 'ci-0')]);
    const stopping = new AbortController();
    api = await startAPI({ follower, authenticate, stopping: stopping.signal });
    const stream = api.inject({ url: `${base}/events`, headers: bearer('ci') });
    await vi.waitUntil(() => follower.followers() === 1, waiting);
    follower.tell([at(1), at(3, 'prod'), at(4, 'ci-0'), at(0, 'ci-2')]);
    stopping.abort();
    expect(all(parseStream((await stream).body))).toEqual([
      ...life.slice(0, 4),
      ...life.slice(4, 6),
      ...life.slice(0, 4).map((text) => text.replace('ci-1', 'ci-2')),
    ]);
    expect(follower.followers()).toBe(0);
  });

  it('have an ID from the first look on, so that nothing is lost after it', async () => {
    const follower = handMadeFollower();
    api = await startAPI({ follower, longestStreamMs: 5 });
    const [first, ...others] = parseStream((await api.inject({ url: `${base}/events` })).body);
    expect([first?.events, others]).toEqual([[], []]);
    follower.tell([at(4, 'ci-1', { startedAt: new Date().toISOString() })]);
    const headers = { 'last-event-id': first?.id ?? '' };
    const { body } = await api.inject({ url: `${base}/events`, headers });
    expect(all(parseStream(body)).map((text) => text.split(':[')[0])).toEqual(life);
  });

  it('bring each end, and again what is under way, to who comes back after an ID with too many operations', async () => {
    const startedAt = new Date(Date.now() - 3_600_000).toISOString();
    const minutesAgo = (minutes: number) => new Date(Date.now() - 60_000 * minutes).toISOString();
    const many = Array.from({ length: mostPositions }, (_, index) => at(0, `many-${index}`, { startedAt }));
    const from = createScopeReader(undefined);
    from.read([...many, at(0, 'ci-1', { startedAt }), at(1, 'ci-2', { startedAt })], Date.now() - 20 * 60_000);
    const operations = [
      at(4, 'ci-0', { startedAt, closedAt: minutesAgo(30) }),
      at(4, 'ci-1', { startedAt, closedAt: minutesAgo(10) }),
    ];
    const follower = handMadeFollower([at(1, 'ci-2', { startedAt })]);
    api = await startAPI({ operations, follower, longestStreamMs: 5 });
    const { body } = await api.inject({ url: `${base}/events`, headers: { 'last-event-id': from.id() } });
    const received = parseStream(body);
    expect(all(received).map((text) => text.split(':[')[0])).toEqual([
      ...life,
      ...life.slice(0, 6).map((text) => text.replace('ci-1', 'ci-2')),
    ]);
    // The next one is whole again.
    expect(received.at(-1)?.id?.length).toBeGreaterThan(from.id().length);
  });

  it('take the longest ID beside the longest token', async () => {
    const positions = new Map(
      Array.from({ length: mostPositions }, (_, index) => [index.toString(16).padStart(12, '0'), 9] as const),
    );
    const id = writeCursor({ atSeconds: Math.floor(Date.now() / 1000), positions });
    api = await startAPI({ follower: handMadeFollower(), longestStreamMs: 5 });
    const address = await api.app.listen({ port: 0, host: '127.0.0.1' });
    const headers = { 'last-event-id': id, authorization: `Bearer ${'x'.repeat(8192)}`, connection: 'close' };
    const response = await fetch(`${address}${base}/events`, { headers });
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('data: ')]);
  });

  it('of a batch tell only of its items', async () => {
    const follower = handMadeFollower([at(0, 'ci-1', { startedBy: 'upload-1/run/0' }), at(0, 'ci-2')]);
    api = await startAPI({ follower, longestStreamMs: 50 });
    const { body } = await api.inject({ url: `${base}/events?batch=ci-1` });
    expect(all(parseStream(body))).toEqual(life.slice(0, 4));
    expect((await api.inject({ url: `${base}/events?batch=nobody` })).statusCode).toBe(404);
  });

  it('tell who comes back late what has ended meanwhile, though no list of the follower has it any more', async () => {
    const [first, last] = [at(0), at(4)];
    const from = createScopeReader(undefined);
    from.read([first], Date.now() - 3_500_000);
    api = await startAPI({ operations: [last], follower: handMadeFollower([]), longestStreamMs: 5 });
    const { body } = await api.inject({ url: `${base}/events`, headers: { 'last-event-id': from.id() } });
    expect(all(parseStream(body)).map((text) => text.split(':[')[0])).toEqual(life.slice(4));
    expect(api.calls().filter(([method]) => method === 'operation')).toHaveLength(1);
    const wrong = await api.inject({ url: `${base}/events`, headers: { 'last-event-id': 'nonsense' } });
    expect(wrong.json()).toMatchObject({ status: 400, problems: [{ in: 'headers' }] });
  });

  it('begin anew, and say so, for who comes back after more than an hour', async () => {
    const from = createScopeReader(undefined);
    from.read([at(0)], Date.now() - 3_700_000);
    api = await startAPI({ operations: [at(4)], follower: handMadeFollower([at(0, 'ci-2')]), longestStreamMs: 5 });
    const { body } = await api.inject({ url: `${base}/events`, headers: { 'last-event-id': from.id() } });
    expect(body).toContain('\n: the ID of the last event is over an hour old: the stream begins anew\n\n');
    expect(all(parseStream(body))).toEqual(life.slice(0, 4).map((text) => text.replace('ci-1', 'ci-2')));
    expect(api.calls().filter(([method]) => method === 'operation' || method === 'list')).toEqual([]);
  });

  describe('to somebody who comes back late', () => {
    const names = Array.from({ length: 30 }, (_, index) => `ci-${index}`);
    const from = createScopeReader(undefined);
    from.read(
      names.map((name) => at(0, name)),
      Date.now() - 3_500_000,
    );
    const headers = { 'last-event-id': from.id() };
    const ask = async (operation: Orchestrator['operation'], clients = 1) => {
      const operations = names.map((name) => at(4, name));
      api = await startAPI({
        operations,
        orchestrator: { operation },
        follower: handMadeFollower(),
        longestStreamMs: 5,
      });
      const url = `${base}/events`;
      return Promise.all(Array.from({ length: clients }, () => api.inject({ url, headers })));
    };

    it('tell of an end that cannot be read what the list says, after reads of which few go on at once for all clients', async () => {
      let [reads, most] = [0, 0];
      const answers = await ask(async ({ workflowID }) => {
        most = Math.max(most, ++reads);
        await new Promise((resolve) => setImmediate(resolve));
        reads--;
        if (workflowID.endsWith(':ci-1')) throw new OperationNotFoundError('ci-1');
        if (workflowID.endsWith(':ci-2')) throw new PayloadDecryptionError('unknownKey', 'there is no key "1"');
        return at(4, workflowID.slice('cce:default:bj:'.length));
      }, 3);
      for (const { body } of answers) {
        const ends = parseStream(body).flatMap(({ events }) => events.filter(({ type }) => type === 'ended'));
        expect(ends.map(({ clusterName }) => clusterName)).toEqual(names);
        const withoutResponse = ends.filter(({ response }) => response === undefined);
        expect(withoutResponse.map(({ clusterName }) => clusterName)).toEqual(['ci-1', 'ci-2']);
      }
      expect(most).toBe(10);
    });

    it('do not begin while Temporal does not answer', async () => {
      const [answer] = await ask(() => Promise.reject(new UnreachableError('gone')));
      expect(answer?.statusCode).toBe(503);
    });
  });

  it('are limited to some streams of a token', async () => {
    const follower = handMadeFollower([]);
    const stopping = new AbortController();
    api = await startAPI({ follower, authenticate, stopping: stopping.signal });
    const ask = (name: string) => api.inject({ url: `${base}/events`, headers: bearer(name) });
    const streams = Array.from({ length: maximumStreams }, () => ask('reader'));
    await vi.waitUntil(() => follower.followers() === maximumStreams, waiting);
    expect((await ask('reader')).json()).toMatchObject({ status: 429, code: 'TooManyStreams' });
    // Nothing is followed for a stream that has no place.
    const operation = vi.spyOn(follower.for('reader'), 'operation');
    const one = await api.inject({ url: `${base}/operations/create~ci-1~${runID}/events`, headers: bearer('reader') });
    expect([one.statusCode, operation.mock.calls]).toEqual([429, []]);
    const other = ask('everything');
    await vi.waitUntil(() => follower.followers() === maximumStreams + 1, waiting);
    stopping.abort();
    expect((await Promise.all([...streams, other])).map(({ statusCode }) => statusCode)).toEqual(
      Array.from({ length: maximumStreams + 1 }, () => 200),
    );
  });
});
