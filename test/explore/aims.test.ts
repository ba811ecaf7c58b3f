import { describe, expect, it } from 'vitest';
import { createAims, possiblePairs } from './aims.ts';

describe('the aims of histories', () => {
  it('are all pairs, one after the other, while none has occurred', () => {
    const aims = createAims();
    expect(possiblePairs.map(() => aims.next())).toEqual(possiblePairs);
  });

  it('are the pairs that have occurred and been tried least', () => {
    const aims = createAims();
    const [first = '', second = '', ...others] = possiblePairs;
    aims.note([first, second, ...others]);
    aims.note(others);
    expect([aims.next(), aims.next()]).toEqual([first, second]);
    expect(aims.counts.get(first)).toBe(1);
  });
});
