import type { Payload, PayloadCodec, WorkflowSerializationContext } from '@temporalio/common';
import proto from '@temporalio/proto';
import { isEncrypted } from './payload-codec.ts';

// The package is CommonJS, and Node does not recognise its named exports.
const { Payload: wirePayload } = proto.temporal.api.common.v1;

/** The workflow that a request is for. */
export type RequestOwner = Omit<WorkflowSerializationContext, 'type'>;

/**
 * Encrypts a request with the keys of this process and binds it to a workflow, so that whoever opens it knows that a holder
 * of the keys has written it. The encryption of all payloads does not tell that: a payload in clear is passed on as it is.
 *
 * Without keys the text is in clear.
 */
export async function sealRequest(
  codecs: readonly PayloadCodec[],
  owner: RequestOwner,
  request: unknown,
): Promise<string> {
  const data = new TextEncoder().encode(JSON.stringify(request));
  const metadata = { encoding: new TextEncoder().encode('json/plain') };
  const payload = await encode(codecs, owner, { metadata, data });
  return Buffer.from(wirePayload.encode(payload).finish()).toString('base64');
}

/**
 * Opens a text of {@link sealRequest}.
 *
 * @throws PayloadDecryptionError if it was changed, is for another workflow, or is encrypted with an unknown key
 */
export async function openRequest(
  codecs: readonly PayloadCodec[],
  owner: RequestOwner,
  sealed: string,
): Promise<{ request: unknown; isEncrypted: boolean }> {
  const payload = wirePayload.decode(Buffer.from(sealed, 'base64'));
  let [opened] = [payload as Payload];
  for (const codec of codecs) [opened = {}] = await codec.decode([opened], { type: 'workflow', ...owner });
  return {
    request: JSON.parse(new TextDecoder().decode(opened.data ?? new Uint8Array())),
    isEncrypted: isEncrypted(payload),
  };
}

/** Whether a process with these codecs encrypts what it sends to Temporal. */
export async function encrypts(codecs: readonly PayloadCodec[]): Promise<boolean> {
  return isEncrypted(await encode(codecs, { namespace: '', workflowId: '' }, { metadata: {}, data: new Uint8Array() }));
}

/** The last codec encodes first, as the SDK has it. */
async function encode(codecs: readonly PayloadCodec[], owner: RequestOwner, payload: Payload): Promise<Payload> {
  let encoded = payload;
  for (const codec of codecs.toReversed())
    [encoded = {}] = await codec.encode([encoded], { type: 'workflow', ...owner });
  return encoded;
}
