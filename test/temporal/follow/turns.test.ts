import { describe, expect, it } from 'vitest';
import { createTurns, type Waiting } from '../../../temporal/follow/turns.ts';

const item = (groups: string, part: string, sinceMs: number): Waiting & { name: string } => ({
  groups: groups.split(' '),
  part,
  sinceMs,
  name: `${groups}/${part}/${sinceMs}`,
});
const atMost = (most: number) => {
  let taken = 0;
  return () => taken++ < most;
};

describe('turns', () => {
  it('go to all groups alike, however much one of them wants', () => {
    const take = createTurns();
    const waiting = [
      ...Array.from({ length: 100 }, (_, index) => item('greedy', 'a', index)),
      item('modest', 'a', 500),
    ];
    expect(take(waiting, atMost(3)).map(({ name }) => name)).toEqual(['greedy/a/0', 'modest/a/500', 'greedy/a/1']);
  });

  it('go first to the group that had its turn longest ago', () => {
    const take = createTurns();
    const waiting = ['one', 'two', 'three'].map((group, index) => item(group, 'a', index));
    const served = Array.from({ length: 6 }, () => take(waiting, atMost(1)).map(({ groups }) => groups[0]));
    expect(served.flat()).toEqual(['one', 'two', 'three', 'one', 'two', 'three']);
  });

  it('go within a group to one part after the other, and within a part to what has waited longest', () => {
    const take = createTurns();
    const waiting = [item('one', 'a', 3), item('one', 'a', 1), item('one', 'b', 9), item('one', 'a', 2)];
    expect(take(waiting, atMost(9)).map(({ name }) => name)).toEqual(['one/a/1', 'one/b/9', 'one/a/2', 'one/a/3']);
  });

  it('go once to what waits for several groups', () => {
    const take = createTurns();
    const waiting = [item('one two', 'a', 1), item('two', 'a', 2)];
    expect(take(waiting, atMost(9)).map(({ name }) => name)).toEqual(['one two/a/1', 'two/a/2']);
    expect(take([], atMost(9))).toEqual([]);
    expect(take(waiting, atMost(0))).toEqual([]);
  });
});
