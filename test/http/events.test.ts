import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  endedForMs,
  OperationNotFoundError,
  UnreachableError,
  type FollowedOperation,
  type OperationStatus,
  type Orchestrator,
  type Step,
} from '../../client/index.ts';
import { mostPositions, readCursor, writeCursor } from '../../http/events/cursor.ts';
import { createScopeReader, type News } from '../../http/events/scope-reader.ts';
import { maximumStreams } from '../../http/wait-limit.ts';
import { PayloadDecryptionError } from '../../temporal/encryption/payload-decryption-error.ts';
import { waiting } from '../waiting.ts';
import { handMadeFollower, operationOf, runID, startAPI, type API } from './api.ts';
import { authenticate, bearer } from './tokens.ts';

const base = '/v1/default/bj';
const updatedAt = '2026-11-28T01:00:05Z';

const stepsOf = (done: number): Step[] =>
  ['network', 'master', 'nodes'].map((name, index) => ({
    name,
    index: index + 1,
    total: 3,
    status: index < done ? 'done' : index === done ? 'doing' : 'todo',
    retryCount: index <= done ? 1 : 0,
  }));

/** A create that has done this number of its three steps. With four it has ended. */
function at(done: number, clusterName = 'ci-1', more: Partial<OperationStatus> = {}): OperationStatus {
  if (done < 4) {
    const currentStep = { stage: 'provisioning' as const, steps: stepsOf(done), updatedAt };
    return operationOf(clusterName, { currentStep, ...more });
  }
  const outcome = { outcome: 'running' as const, clusterID: 'cce-11111111', steps: stepsOf(3) };
  return operationOf(clusterName, { execution: 'completed', outcome, ...more });
}

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

const life = [
  'ci-1: validating',
  'ci-1: submitting',
  'ci-1: provisioning',
  'ci-1: network doing',
  'ci-1: network done',
  'ci-1: master doing',
  'ci-1: master done',
  'ci-1: nodes doing',
  'ci-1: nodes done',
  'ci-1: running',
  'ci-1: {"outcome":"running","clusterID":"cce-11111111","steps"',
];

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

  it('make the client forget its last ID while more operations are under way than fit into one', async () => {
    const follower = handMadeFollower([at(0)]);
    const stopping = new AbortController();
    api = await startAPI({ follower, stopping: stopping.signal });
    const stream = api.inject({ url: `${base}/events` });
    await vi.waitUntil(() => follower.followers() === 1, waiting);
    follower.tell(Array.from({ length: mostPositions + 1 }, (_, index) => at(0, `ci-${index}`)));
    stopping.abort();
    const { body } = await stream;
    expect(body.match(/^id:.*$/gm)).toEqual([expect.stringMatching(/^id: \S+$/), 'id: ']);
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
    from.read([first], Date.now() - 3_600_000);
    api = await startAPI({ operations: [last], follower: handMadeFollower([]), longestStreamMs: 5 });
    const { body } = await api.inject({ url: `${base}/events`, headers: { 'last-event-id': from.id() } });
    expect(all(parseStream(body)).map((text) => text.split(':[')[0])).toEqual(life.slice(4));
    expect(api.calls().filter(([method]) => method === 'operation')).toHaveLength(1);
    const wrong = await api.inject({ url: `${base}/events`, headers: { 'last-event-id': 'nonsense' } });
    expect(wrong.json()).toMatchObject({ status: 400, problems: [{ in: 'headers' }] });
  });

  describe('to somebody who comes back late', () => {
    const names = Array.from({ length: 30 }, (_, index) => `ci-${index}`);
    const from = createScopeReader(undefined);
    from.read(
      names.map((name) => at(0, name)),
      Date.now() - 3_600_000,
    );
    const ask = async (operation: Orchestrator['operation']) => {
      const operations = names.map((name) => at(4, name));
      api = await startAPI({
        operations,
        orchestrator: { operation },
        follower: handMadeFollower(),
        longestStreamMs: 5,
      });
      return api.inject({ url: `${base}/events`, headers: { 'last-event-id': from.id() } });
    };

    it('tell of an end that cannot be read what the list says, after reads of which few go on at once', async () => {
      let [reads, most] = [0, 0];
      const { body } = await ask(async ({ workflowID }) => {
        most = Math.max(most, ++reads);
        await new Promise((resolve) => setImmediate(resolve));
        reads--;
        if (workflowID.endsWith(':ci-1')) throw new OperationNotFoundError('ci-1');
        if (workflowID.endsWith(':ci-2')) throw new PayloadDecryptionError('unknownKey', 'there is no key "1"');
        return at(4, workflowID.slice('cce:default:bj:'.length));
      });
      const ends = parseStream(body).flatMap(({ events }) => events.filter(({ type }) => type === 'ended'));
      expect(ends.map(({ clusterName }) => clusterName)).toEqual(names);
      const withoutResponse = ends.filter(({ response }) => response === undefined);
      expect(withoutResponse.map(({ clusterName }) => clusterName)).toEqual(['ci-1', 'ci-2']);
      expect(most).toBe(10);
    });

    it('do not begin while Temporal does not answer', async () => {
      const { statusCode } = await ask(() => Promise.reject(new UnreachableError('gone')));
      expect(statusCode).toBe(503);
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
    const other = ask('everything');
    await vi.waitUntil(() => follower.followers() === maximumStreams + 1, waiting);
    stopping.abort();
    expect((await Promise.all([...streams, other])).map(({ statusCode }) => statusCode)).toEqual(
      Array.from({ length: maximumStreams + 1 }, () => 200),
    );
  });
});

/** Numbers from 0 to 1 that look random, and are always the same. */
function seededChance(seed: number): () => number {
  let state = seed * 2_654_435_761;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('a cursor', () => {
  it('is what was written, and nothing else is one', () => {
    const positions = new Map([
      ['0123456789ab', 1],
      ['ffffffffffff', 1_900_000],
    ]);
    const cursor = { atSeconds: 1_795_000_000, positions };
    const text = writeCursor(cursor) ?? '';
    expect(readCursor(text)).toEqual(cursor);
    for (const wrong of [text.slice(1), `${text}AA`, `${text}=`, 'a b', '_'.repeat(7)]) {
      expect(readCursor(wrong)).toBeUndefined();
    }
    const many = Array.from(
      { length: mostPositions },
      (_, index) => [index.toString(16).padStart(12, '0'), 9] as const,
    );
    expect(writeCursor({ ...cursor, positions: new Map(many) })?.length).toBeLessThan(13_000);
    expect(writeCursor({ ...cursor, positions: new Map([...many, ['ffffffffffff', 9]]) })).toBeUndefined();
  });

  it('brings every change of 30 operations once and in order to a consumer that changes servers at random, or is away', () => {
    const names = Array.from({ length: 30 }, (_, index) => `ci-${index}`);
    for (let seed = 1; seed <= 20; seed++) {
      const chance = seededChance(seed);
      let nowMs = 1_795_000_000_000;
      const all = names.map((name) => ({ name, done: -1, startedMs: 0, endedMs: Number.POSITIVE_INFINITY }));
      const received = new Map<string, string[]>(names.map((name) => [name, []]));
      const servers = [createServerModel(), createServerModel()];
      const operationOfModel = ({ name, startedMs }: (typeof all)[number], done: number) =>
        at(done, name, { startedAt: new Date(startedMs).toISOString() });
      /** What a follower knows: what has been described, or only listed, and when. */
      function createServerModel() {
        const known = new Map<(typeof all)[number], { done: number; awaitsOutcome: boolean }>();
        let listedMs = nowMs;
        let atMs = 0;
        return {
          list(): [FollowedOperation[], number] {
            const operations = Array.from(known, ([one, { done, awaitsOutcome }]): FollowedOperation => {
              const { outcome, ...operation } = operationOfModel(one, done);
              return awaitsOutcome ? { ...operation, awaitsOutcome } : { ...operation, ...(outcome && { outcome }) };
            });
            return [operations, atMs];
          },
          refresh() {
            const sinceMs = listedMs - endedForMs;
            for (const one of all) {
              const before = known.get(one);
              const isListed = one.done >= 0 && one.endedMs > sinceMs;
              if (before?.done === 4 && !before.awaitsOutcome && !isListed) known.delete(one);
              else if (before !== undefined || isListed) {
                const awaitsOutcome = before === undefined && one.done === 4 && chance() < 0.5;
                known.set(one, { done: one.done, awaitsOutcome });
              }
            }
            atMs = listedMs;
            listedMs = nowMs;
          },
        };
      }
      let reader = createScopeReader(undefined);
      let server = servers[0]!;
      let id: string | undefined;
      const take = (news: News[]) => {
        for (const { operation, events } of news) {
          received.get(operation.clusterName!)!.push(...events.map((event) => JSON.stringify(event)));
        }
        if (news.length > 0 || id === undefined) id = reader.id();
      };
      const comeBack = () => {
        const from = readCursor(id ?? '')!;
        reader = createScopeReader(from, () => nowMs);
        server = servers[chance() < 0.5 ? 0 : 1]!;
        if (nowMs / 1000 - from.atSeconds <= endedForMs / 2000) return;
        const ended = all.filter(({ done }) => done === 4).map((one) => operationOfModel(one, 4));
        take(reader.readMissed(ended.filter((operation) => reader.missed(operation))));
      };
      const pass = () => {
        nowMs += Math.ceil(1000 * (chance() < 0.1 ? chance() * 900 : chance() * 20));
        for (const [index, one] of all.entries()) {
          if (one.done === 4 || chance() < 0.4 || (index > 0 && all[index - 1]!.done < 0)) continue;
          if (one.done === -1) one.startedMs = nowMs;
          one.done = chance() < 0.2 ? 4 : one.done + 1;
          if (one.done === 4) one.endedMs = nowMs;
        }
        for (const one of servers) if (chance() < 0.5) one.refresh();
      };
      server.refresh();
      take(reader.read(...server.list()));
      while (all.some(({ done }) => done < 4)) {
        pass();
        if (chance() < 0.3) {
          if (chance() < 0.3) for (let missed = chance() * 10; missed > 0; missed--) pass();
          comeBack();
        }
        take(reader.read(...server.list()));
      }
      for (let rounds = 0; rounds < 100; rounds++) {
        pass();
        if (chance() < 0.3) comeBack();
        for (const one of servers) one.refresh();
        take(reader.read(...server.list()));
      }
      for (const name of names) {
        const heard = received.get(name)!.map((text) => JSON.parse(text) as { position: number });
        const positions = heard.map(({ position }) => position);
        expect(positions).toEqual([...new Set(positions)].toSorted((left, right) => left - right));
        expect(heard).toHaveLength(life.length);
      }
      // What has ended long ago takes no place.
      expect(readCursor(reader.id())!.positions.size).toBeLessThan(5);
    }
  });
});
