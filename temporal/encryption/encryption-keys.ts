import { hexDigest } from '../../contract/hex-digest.ts';
import { labelPattern } from '../../contract/identity.ts';
import { OrchestratorError } from '../orchestrator-error.ts';

/** One AES-256 key. */
export interface EncryptionKey {
  /** The name by which payloads refer to the key. It is not a secret. */
  id: string;
  /** 32 bytes. */
  bytes: Uint8Array;
  /** The first 8 hexadecimal digits of the key's SHA-256. They distinguish two keys of one ID without showing them. */
  fingerprint: string;
}

/** The encryption keys, newest first. The newest encrypts; all of them decrypt. */
export type KeyRing = readonly EncryptionKey[];

/** Thrown when the encryption settings are invalid. The message says what to do, and never shows a key. */
export class EncryptionKeyError extends OrchestratorError {
  override readonly name = 'EncryptionKeyError';
  readonly kind = 'configuration';
}

/** 32 bytes in Base64: 43 digits and one padding character. */
const keyPattern = /^[A-Za-z0-9+/]{43}=$/;

/**
 * Parses a key ring: entries `id:key`, separated by line breaks or commas, the newest first. A key is 32 bytes in Base64.
 *
 * @throws EncryptionKeyError
 */
export function parseKeyRing(text: string): KeyRing {
  const entries = text.split(/[\n,]/).flatMap((entry) => (entry.trim() === '' ? [] : [entry.trim()]));
  const keys = entries.map((entry, index) => parseEntry(entry, index + 1));
  const repeated = keys.find(({ id }, index) => keys.findIndex((key) => key.id === id) !== index);
  if (repeated !== undefined) {
    throw new EncryptionKeyError(`two encryption keys have the ID "${repeated.id}"; remove the wrong one`);
  }
  return keys;
}

/** Generates an entry of a key ring with a new random key. */
export function generateKeyEntry(id: string): string {
  return `${id}:${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))))}`;
}

// The errors quote neither part of a bad entry: the part in the wrong place may be the key.
function parseEntry(entry: string, position: number): EncryptionKey {
  const [id = '', key, ...more] = entry.split(':');
  if (key === undefined || more.length > 0) {
    throw new EncryptionKeyError(
      `encryption key ${position} does not have the form id:key; generate one with \`ccectl keys generate\``,
    );
  }
  if (!labelPattern.test(id)) {
    throw new EncryptionKeyError(
      `the ID of encryption key ${position} must be 1 to 64 letters, digits, dots, dashes or underscores`,
    );
  }
  if (!keyPattern.test(key)) {
    throw new EncryptionKeyError(
      `encryption key "${id}" is not 32 bytes in Base64; generate one with \`ccectl keys generate\``,
    );
  }
  const bytes = Uint8Array.from(atob(key), (character) => character.charCodeAt(0));
  return { id, bytes, fingerprint: hexDigest(bytes, 8) };
}
