import { hash } from '@stablelib/sha256';

/**
 * The first hexadecimal digits of a SHA-256. By a library that is small: each workflow evaluates its modules anew, and
 * one with tables for longer digests costs each of them milliseconds.
 */
export function hexDigest(bytes: Uint8Array, digits: number): string {
  return Array.from(hash(bytes), (byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .slice(0, digits);
}
