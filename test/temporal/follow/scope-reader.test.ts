import { describe, expect, it } from 'vitest';
import { endedForMs, endPosition, type FollowedOperation } from '../../../client/index.ts';
import { mostPositions, readCursor, writeCursor } from '../../../temporal/follow/cursor.ts';
import { createScopeReader, type News } from '../../../temporal/follow/scope-reader.ts';
import { at, life } from '../../http/life.ts';

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
    const text = writeCursor(cursor);
    expect(readCursor(text)).toEqual(cursor);
    for (const wrong of [text.slice(1), `${text}AA`, `${text}=`, 'a b', '_'.repeat(7)]) {
      expect(readCursor(wrong)).toBeUndefined();
    }
    const many = Array.from(
      { length: mostPositions },
      (_, index) => [index.toString(16).padStart(12, '0'), 9] as const,
    );
    expect(writeCursor({ ...cursor, positions: new Map(many) }).length).toBeLessThan(13_000);
    const tooMany = new Map([...many, ['ffffffffffff', 9] as const]);
    const incomplete = writeCursor({ ...cursor, positions: tooMany });
    expect(readCursor(incomplete)).toEqual({ ...cursor, positions: new Map(), isIncomplete: true });
    expect(readCursor(writeCursor(readCursor(incomplete)!))).toEqual(readCursor(incomplete));
    // It has no positions.
    expect(
      readCursor(Buffer.concat([Buffer.from(incomplete, 'base64url'), Buffer.alloc(9)]).toString('base64url')),
    ).toBe(undefined);
  });

  it('keeps its time back, if it is incomplete, to the end whose outcome is awaited, and not for ever', () => {
    const nowMs = 1_795_000_000_000;
    const closedAt = (seconds: number) => new Date(nowMs - seconds * 1000).toISOString();
    const timeAfter = (...ended: number[]) => {
      const reader = createScopeReader({ atSeconds: 0, positions: new Map(), isIncomplete: true }, () => nowMs, 0);
      const awaited = ended.map((seconds) => at(4, `ci-${seconds}`, { closedAt: closedAt(seconds) }));
      reader.read([at(0), ...awaited.map((one) => ({ ...one, awaitsOutcome: true as const }))], nowMs);
      return nowMs / 1000 - readCursor(reader.id())!.atSeconds;
    };
    expect([timeAfter(), timeAfter(60, 600), timeAfter(86_400)]).toEqual([0, 600, 1800]);
  });

  it.each([
    ['once and in order', mostPositions],
    ['at least once, if most IDs are incomplete,', 5],
  ])('brings every change of 30 operations %s to a consumer that changes servers at random, or is away', (_, most) => {
    const names = Array.from({ length: 30 }, (_, index) => `ci-${index}`);
    for (let seed = 1; seed <= 20; seed++) {
      const chance = seededChance(seed);
      let nowMs = 1_795_000_000_000;
      const all = names.map((name) => ({ name, done: -1, startedMs: 0, endedMs: Number.POSITIVE_INFINITY }));
      const received = new Map<string, string[]>(names.map((name) => [name, []]));
      const servers = [createServerModel(), createServerModel()];
      const operationOfModel = ({ name, startedMs, endedMs }: (typeof all)[number], done: number) =>
        at(done, name, {
          startedAt: new Date(startedMs).toISOString(),
          ...(done === 4 && { closedAt: new Date(endedMs).toISOString() }),
        });
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
      let reader = createScopeReader(undefined, () => nowMs, most);
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
        reader = createScopeReader(from, () => nowMs, most);
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
        const different = [...new Set(positions)].toSorted((left, right) => left - right);
        expect(different).toHaveLength(life.length);
        expect(positions.at(-1)).toBe(endPosition);
        if (most === mostPositions) expect(positions).toEqual(different);
      }
      // What has ended long ago takes no place.
      expect(readCursor(reader.id())!.positions.size).toBeLessThan(5);
    }
  });
});
