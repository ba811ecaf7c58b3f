import { hash } from '@stablelib/sha256';

/**
 * The first hexadecimal digits of a SHA-256. The library is small on purpose: each workflow evaluates its modules anew,
 * and a library with tables for longer digests would cost each workflow milliseconds.
 */
export function hexDigest(bytes: Uint8Array, digits: number): string {
  return Array.from(hash(bytes), (byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .slice(0, digits);
}
