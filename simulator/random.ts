import { createHash } from 'node:crypto';

/** A random source that yields the same sequence for the same seed. Do not use it for secrets. */
export interface Random {
  /** Returns the next number, at least 0 and below 1. */
  next: () => number;
  /** Returns the next string of lower-case letters and digits with the given length. */
  token: (length: number) => string;
  /** Returns the next UUID (version 4). */
  uuid: () => string;
}

/** What each number adds to the state. */
const increment = 0x6d2b79f5;
const tokenCharacters = '0123456789abcdefghijklmnopqrstuvwxyz';

export function createRandom(seed: string): Random {
  return createRandoms(seed)(0);
}

/** Returns sources with one seed that each leave out a number of its numbers, which is cheaper than many seeds. */
export function createRandoms(seed: string): (skipped: number) => Random {
  const start = createHash('sha256').update(seed).digest().readUInt32LE();
  return (skipped) => randomFrom((start + Math.imul(skipped, increment)) | 0);
}

function randomFrom(start: number): Random {
  // The algorithm is mulberry32, with 32 bits of state. It needs no dependency and spreads IDs well enough.
  let state = start;

  function next(): number {
    state = (state + increment) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  function text(length: number, characters: string): string {
    let result = '';
    while (result.length < length) result += characters.charAt(Math.floor(next() * characters.length));
    return result;
  }

  return {
    next,
    token: (length) => text(length, tokenCharacters),
    uuid: () => {
      const variant = text(1, '89ab');
      const hex = text(30, '0123456789abcdef');
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(12, 15)}-${variant}${hex.slice(15, 18)}-${hex.slice(18)}`;
    },
  };
}
