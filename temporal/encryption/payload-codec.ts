import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, randomBytes, type KeyObject } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Payload, PayloadCodec, SerializationContext } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { EncryptionKey } from './encryption-keys.ts';
import type { Encryption } from './encryption.ts';
import { aboutKeysStart, PayloadDecryptionError } from './payload-decryption-error.ts';
import type { PayloadHeader, payloadHeaderSchema } from './payload-header.ts';

// The package is CommonJS, and Node does not recognise its named exports.
const { Payload: wirePayload } = proto.temporal.api.common.v1;

/** The `encoding` of an encrypted payload. Temporal's own tools know this name. */
const encryptedEncoding = 'binary/encrypted';

type Owner = NonNullable<PayloadHeader['owner']>;

const algorithm = 'aes-256-gcm';

/** The sizes that AES-GCM recommends. A payload is the nonce, the ciphertext and the tag, in this order. */
const nonceBytes = 12;
const tagBytes = 16;

/** Below this size, gzip saves too little to be worth its time. */
const compressFromBytes = 1024;

interface ImportedKey extends Omit<EncryptionKey, 'bytes'> {
  secret: KeyObject;
}

/** A codec for Temporal whose keys can also encrypt for something else. */
export interface EncryptingCodec extends PayloadCodec {
  /** Whether `encode` encrypts. */
  encrypts: boolean;
  /**
   * Creates a codec with keys that are derived for a purpose. Neither codec opens what the other one has encrypted. Workers
   * encrypt whatever their workflows pass on, so a payload of their own proves nothing about who wrote its content.
   */
  forPurpose: (purpose: string) => EncryptingCodec;
}

/**
 * Creates a codec that encrypts payloads for Temporal and decrypts them again: gzip, then AES-256-GCM with the newest key
 * and a random nonce. The associated data binds key and workflow to the ciphertext, so `decode` refuses a payload that was
 * changed or moved to another workflow. It passes payloads in clear through: histories from before encryption was turned
 * on stay readable.
 *
 * It works synchronously: payloads are small, and the streams and promises of the web's interfaces cost more than ten times
 * the CPU.
 *
 * A codec server gets no context. There, `decode` cannot check the workflow and accepts the one that the payload names.
 *
 * `decode` throws PayloadDecryptionError.
 */
export function createPayloadCodec({ keys, encrypts }: Encryption): EncryptingCodec {
  const ring = keys.map(({ bytes, ...key }): ImportedKey => ({ ...key, secret: createSecretKey(bytes) }));
  const [newest] = encrypts ? ring : [];
  return {
    encrypts: newest !== undefined,
    forPurpose: (purpose) =>
      createPayloadCodec({ keys: keys.map((key) => ({ ...key, bytes: derived(key.bytes, purpose) })), encrypts }),
    encode: async (payloads, context) =>
      newest === undefined ? payloads : payloads.map((payload) => encrypt(payload, newest, context)),
    decode: (payloads, context) =>
      Promise.all(payloads.map(async (payload) => (isEncrypted(payload) ? decrypt(payload, ring, context) : payload))),
  };
}

/** The fingerprint stays that of the original key, by which people compare keys. */
function derived(bytes: Uint8Array, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', bytes, new Uint8Array(), `cce-orchestrator/${purpose}`, bytes.length));
}

function encrypt(payload: Payload, key: ImportedKey, context: SerializationContext | undefined): Payload {
  const plain = wirePayload.encode(payload).finish();
  const compression = plain.length < compressFromBytes ? 'none' : 'gzip';
  const owner = context && ownerOf(context);
  const header = toBytes(
    JSON.stringify({ keyID: key.id, keyFingerprint: key.fingerprint, compression, owner } satisfies PayloadHeader),
  );
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key.secret, nonce).setAAD(header);
  const parts = [cipher.update(compression === 'gzip' ? gzipSync(plain) : plain), cipher.final(), cipher.getAuthTag()];
  return {
    metadata: { encoding: toBytes(encryptedEncoding), encryption: header },
    data: concatenate([nonce, ...parts]),
  };
}

async function decrypt(
  payload: Payload,
  ring: readonly ImportedKey[],
  context: SerializationContext | undefined,
): Promise<Payload> {
  const headerBytes = payload.metadata?.['encryption'] ?? new Uint8Array();
  const header = await parseHeader(headerBytes);
  const key = keyOf(header, ring);
  const compressed = decipher(key, headerBytes, payload.data ?? new Uint8Array());
  // Only after decryption is it certain that nobody changed the header.
  checkOwner(header.owner, context);
  return wirePayload.decode(header.compression === 'gzip' ? gunzipSync(compressed) : compressed);
}

function decipher({ id, secret }: ImportedKey, header: Uint8Array, data: Uint8Array): Uint8Array {
  const tagAt = data.length - tagBytes;
  try {
    const open = createDecipheriv(algorithm, secret, data.subarray(0, nonceBytes), { authTagLength: tagBytes });
    open.setAAD(header).setAuthTag(data.subarray(tagAt));
    return concatenate([open.update(data.subarray(nonceBytes, tagAt)), open.final()]);
  } catch {
    throw new PayloadDecryptionError(
      'tampered',
      `a payload encrypted with key "${id}" was changed after it was encrypted`,
    );
  }
}

/** Whether a payload says that it is encrypted. */
export function isEncrypted({ metadata }: Pick<Payload, 'metadata'>): boolean {
  const encoding = metadata?.['encoding'];
  return encoding !== undefined && toText(encoding) === encryptedEncoding;
}

/** Imported with the first encrypted payload: a client without encryption does not wait for zod to load. */
let headerSchema: Promise<typeof payloadHeaderSchema> | undefined;

async function parseHeader(bytes: Uint8Array): Promise<PayloadHeader> {
  headerSchema ??= import('./payload-header.ts').then((module) => module.payloadHeaderSchema);
  const schema = await headerSchema;
  try {
    return schema.parse(JSON.parse(toText(bytes)));
  } catch {
    throw new PayloadDecryptionError(
      'tampered',
      'an encrypted payload has an invalid header; another program wrote it, or it was changed',
    );
  }
}

function keyOf({ keyID, keyFingerprint }: PayloadHeader, ring: readonly ImportedKey[]): ImportedKey {
  const key = ring.find(({ id }) => id === keyID);
  if (key === undefined) {
    const known = ring.length === 0 ? 'no key' : `only ${ring.map(({ id }) => `"${id}"`).join(', ')}`;
    throw new PayloadDecryptionError(
      'unknownKey',
      `${aboutKeysStart}key "${keyID}", but this process has ${known}; add the key to CCE_ENCRYPTION_KEYS or its file`,
    );
  }
  if (key.fingerprint !== keyFingerprint) {
    throw new PayloadDecryptionError(
      'wrongKey',
      `${aboutKeysStart}another key of the ID "${keyID}": that key has the fingerprint ${keyFingerprint}, ` +
        `and the key in CCE_ENCRYPTION_KEYS or its file has ${key.fingerprint}`,
    );
  }
  return key;
}

function checkOwner(owner: Owner | undefined, context: SerializationContext | undefined): void {
  if (context === undefined) return;
  const expected = ownerOf(context);
  if (owner?.namespace === expected.namespace && owner.workflowID === expected.workflowID) return;
  throw new PayloadDecryptionError(
    'moved',
    `a payload that was encrypted for ${nameOf(owner)} was found in ${nameOf(expected)}`,
  );
}

/**
 * The time that Temporal appends to the workflow ID when a schedule starts a workflow. The input was encrypted for the ID
 * without the time, and each run receives the result of the previous one. All runs of a schedule therefore count as one
 * workflow.
 */
const scheduledTime = /-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** The owner does not include the activity, because a workflow passes an activity's failure on as its own. */
function ownerOf({ namespace, workflowId }: SerializationContext): Owner {
  return workflowId === undefined ? { namespace } : { namespace, workflowID: workflowId.replace(scheduledTime, '') };
}

function nameOf(owner: Owner | undefined): string {
  return owner === undefined ? 'no workflow' : `${owner.workflowID ?? 'no workflow'} in namespace ${owner.namespace}`;
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

function toBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function toText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
