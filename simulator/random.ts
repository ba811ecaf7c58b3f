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

const tokenCharacters = '0123456789abcdefghijklmnopqrstuvwxyz';

/** @param skipped The number of numbers to leave out, so that many sources can share a seed. */
export function createRandom(seed: string, skipped = 0): Random {
  // The algorithm is mulberry32, with 32 bits of state. It needs no dependency and spreads IDs well enough.
  const increment = 0x6d2b79f5;
  let state = (createHash('sha256').update(seed).digest().readUInt32LE() + Math.imul(skipped, increment)) | 0;

  function next(): number {
    state = (state + increment) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  function text(length: number, characters: string): string {
    return Array.from({ length }, () => characters.charAt(Math.floor(next() * characters.length))).join('');
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
