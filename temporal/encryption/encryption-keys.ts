import { hexDigest } from '../../contract/hex-digest.ts';
import { labelPattern } from '../../contract/identity.ts';
import { OrchestratorError } from '../orchestrator-error.ts';

/** One AES-256 key. */
export interface EncryptionKey {
  /** What payloads name it by. No secret. */
  id: string;
  /** 32 bytes. */
  bytes: Uint8Array;
  /** Tells two keys of one ID apart without showing them: the first 8 hexadecimal digits of the key's SHA-256. */
  fingerprint: string;
}

/** The keys that payloads are encrypted with, newest first: that one encrypts, all of them decrypt. */
export type KeyRing = readonly EncryptionKey[];

/** Thrown when the encryption settings are invalid. The message says what to do, and never shows a key. */
export class EncryptionKeyError extends OrchestratorError {
  override readonly name = 'EncryptionKeyError';
  readonly kind = 'configuration';
}

/** 32 bytes are 43 digits of Base64 and one of padding. */
const keyPattern = /^[A-Za-z0-9+/]{43}=$/;

/**
 * Reads a key ring: entries `id:key`, one a line or with commas between them, the newest first. A key is 32 bytes in
 * Base64.
 *
 * @throws EncryptionKeyError
 */
export function parseKeyRing(text: string): KeyRing {
  const entries = text.split(/[\n,]/).flatMap((entry) => (entry.trim() === '' ? [] : [entry.trim()]));
  const keys = entries.map((entry, index) => parseEntry(entry, index + 1));
  const repeated = keys.find(({ id }, index) => keys.findIndex((key) => key.id === id) !== index);
  if (repeated !== undefined) {
    throw new EncryptionKeyError(`two encryption keys have the ID "${repeated.id}"; take out the one that is wrong`);
  }
  return keys;
}

/** An entry of a key ring with a key that nobody has seen. */
export function generateKeyEntry(id: string): string {
  return `${id}:${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))))}`;
}

// Names neither part of a bad entry: the one in the wrong place may be the key.
function parseEntry(entry: string, position: number): EncryptionKey {
  const [id = '', key, ...more] = entry.split(':');
  if (key === undefined || more.length > 0) {
    throw new EncryptionKeyError(
      `encryption key ${position} is not of the form id:key; \`ccectl keys generate\` makes one`,
    );
  }
  if (!labelPattern.test(id)) {
    throw new EncryptionKeyError(
      `the ID of encryption key ${position} is not 1 to 64 letters, digits, dots, dashes or underscores`,
    );
  }
  if (!keyPattern.test(key)) {
    throw new EncryptionKeyError(
      `encryption key "${id}" is not 32 bytes in Base64; \`ccectl keys generate\` makes one that is`,
    );
  }
  const bytes = Uint8Array.from(atob(key), (character) => character.charCodeAt(0));
  return { id, bytes, fingerprint: hexDigest(bytes, 8) };
}
