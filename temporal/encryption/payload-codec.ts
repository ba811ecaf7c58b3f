import type { Payload, PayloadCodec, SerializationContext } from '@temporalio/common';
import proto from '@temporalio/proto';
import { z } from 'zod';
import type { EncryptionKey } from './encryption-keys.ts';
import type { Encryption } from './encryption.ts';
import { PayloadDecryptionError } from './payload-decryption-error.ts';

// CommonJS, whose exports Node does not see one by one.
const { Payload: wirePayload } = proto.temporal.api.common.v1;

/** The `encoding` of an encrypted payload, which Temporal's own tools know by this name. */
const encryptedEncoding = 'binary/encrypted';

/** What an encrypted payload says of itself in clear, in its metadata under `encryption`. Nothing of it is secret. */
const headerSchema = z.object({
  keyID: z.string(),
  keyFingerprint: z.string(),
  /** How the payload was compressed before it was encrypted. */
  compression: z.enum(['gzip', 'none']),
  /**
   * Whose payload it is. Absent where the SDK does not tell, as for the memo of a schedule.
   * `workflowID` is absent for activities that no workflow started.
   */
  owner: z.object({ namespace: z.string(), workflowID: z.string().optional() }).optional(),
});

type Header = z.infer<typeof headerSchema>;
type Owner = NonNullable<Header['owner']>;

/** As AES-GCM wants it. */
const nonceBytes = 12;

/** Below that, gzip costs more time than it saves bytes. */
const compressFromBytes = 1024;

interface ImportedKey extends EncryptionKey {
  cryptoKey: ReturnType<typeof importKey>;
}

/**
 * Encrypts payloads on their way to Temporal, and decrypts those that come back: gzip, then AES-256-GCM under the newest
 * key, with a random nonce. Key and workflow are bound to the ciphertext as associated data, so that a payload that was
 * changed, or put into another workflow, is an error. Payloads in clear are passed on as they are: histories from before
 * encryption was on stay readable.
 *
 * Without a context, as in a codec server, which is not told whose payloads it gets, a payload is taken at its word on
 * whose it is.
 *
 * `decode` throws PayloadDecryptionError.
 */
export function createPayloadCodec({ keys, encrypts }: Encryption): PayloadCodec {
  const ring = keys.map((key): ImportedKey => ({ ...key, cryptoKey: importKey(key) }));
  const [newest] = encrypts ? ring : [];
  return {
    encode: (payloads, context) =>
      Promise.all(
        payloads.map(async (payload) => (newest === undefined ? payload : encrypt(payload, newest, context))),
      ),
    decode: (payloads, context) =>
      Promise.all(payloads.map(async (payload) => (isEncrypted(payload) ? decrypt(payload, ring, context) : payload))),
  };
}

async function encrypt(
  payload: Payload,
  key: ImportedKey,
  context: SerializationContext | undefined,
): Promise<Payload> {
  const plain = wirePayload.encode(payload).finish();
  const compression = plain.length < compressFromBytes ? 'none' : 'gzip';
  const owner = context && ownerOf(context);
  const header = toBytes(
    JSON.stringify({ keyID: key.id, keyFingerprint: key.fingerprint, compression, owner } satisfies Header),
  );
  const nonce = crypto.getRandomValues(new Uint8Array(nonceBytes));
  const ciphertext = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv: nonce, additionalData: header },
    await key.cryptoKey,
    compression === 'gzip' ? await through(new CompressionStream('gzip'), plain) : plain,
  );
  return {
    metadata: { encoding: toBytes(encryptedEncoding), encryption: header },
    data: concatenate([nonce, new Uint8Array(ciphertext)]),
  };
}

async function decrypt(
  payload: Payload,
  ring: readonly ImportedKey[],
  context: SerializationContext | undefined,
): Promise<Payload> {
  const headerBytes = payload.metadata?.['encryption'] ?? new Uint8Array();
  const header = parseHeader(headerBytes);
  const key = keyOf(header, ring);
  const data = payload.data ?? new Uint8Array();
  const compressed = await crypto.subtle
    .decrypt(
      { name: 'AES-GCM', iv: data.subarray(0, nonceBytes), additionalData: headerBytes },
      await key.cryptoKey,
      data.subarray(nonceBytes),
    )
    .catch(() => {
      throw new PayloadDecryptionError('tampered', `a payload encrypted with key "${key.id}" was changed since`);
    });
  // Not before: only now is it certain that the payload says the truth about itself.
  checkOwner(header.owner, context);
  const bytes = new Uint8Array(compressed);
  const plain = header.compression === 'gzip' ? await through(new DecompressionStream('gzip'), bytes) : bytes;
  return wirePayload.decode(plain);
}

function isEncrypted({ metadata }: Payload): boolean {
  const encoding = metadata?.['encoding'];
  return encoding !== undefined && toText(encoding) === encryptedEncoding;
}

function parseHeader(bytes: Uint8Array): Header {
  try {
    return headerSchema.parse(JSON.parse(toText(bytes)));
  } catch {
    throw new PayloadDecryptionError('tampered', 'a payload is encrypted, but not as we do, or it was changed since');
  }
}

function keyOf({ keyID, keyFingerprint }: Header, ring: readonly ImportedKey[]): ImportedKey {
  const key = ring.find(({ id }) => id === keyID);
  if (key === undefined) {
    const known = ring.length === 0 ? 'there is none' : `there are ${ring.map(({ id }) => `"${id}"`).join(', ')}`;
    throw new PayloadDecryptionError(
      'unknownKey',
      `a payload is encrypted with key "${keyID}", and of keys ${known}; add it to CCE_ENCRYPTION_KEYS or its file`,
    );
  }
  if (key.fingerprint !== keyFingerprint) {
    throw new PayloadDecryptionError(
      'wrongKey',
      `a payload is encrypted with another key of the ID "${keyID}": its fingerprint is ${keyFingerprint}, and that of ` +
        `the one in CCE_ENCRYPTION_KEYS or its file is ${key.fingerprint}`,
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
 * Temporal appends the time to the workflow ID of a schedule when it starts a workflow. The input was encrypted for the
 * ID without it, and each run is given the result of the one before: for a payload, all runs of a schedule are one
 * workflow.
 */
const scheduledTime = /-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** The activity is left out: its failure is passed on as the workflow's. */
function ownerOf({ namespace, workflowId }: SerializationContext): Owner {
  return workflowId === undefined ? { namespace } : { namespace, workflowID: workflowId.replace(scheduledTime, '') };
}

function nameOf(owner: Owner | undefined): string {
  return owner === undefined ? 'no workflow' : `${owner.workflowID ?? 'no workflow'} in namespace ${owner.namespace}`;
}

/** Not extractable: no code that has the codec can get at the key. */
function importKey({ bytes }: EncryptionKey) {
  return crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);
}

async function through(stream: CompressionStream | DecompressionStream, bytes: Uint8Array): Promise<Uint8Array> {
  const writer = stream.writable.getWriter();
  const written = writer.write(bytes).then(() => writer.close());
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream.readable) chunks.push(chunk);
  await written;
  return concatenate(chunks);
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
