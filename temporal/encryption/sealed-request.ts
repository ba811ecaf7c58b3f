import type { Payload, PayloadCodec, WorkflowSerializationContext } from '@temporalio/common';
import proto from '@temporalio/proto';
import { isEncrypted, type EncryptingCodec } from './payload-codec.ts';

// The package is CommonJS, and Node does not recognise its named exports.
const { Payload: wirePayload } = proto.temporal.api.common.v1;

/** The workflow that a request is for. */
export type RequestOwner = Omit<WorkflowSerializationContext, 'type'>;

/**
 * Encrypts a request with keys derived from those of this process and binds it to a workflow, so that whoever opens it knows
 * that a holder of the keys has written it. The encryption of all payloads does not tell that: a payload in clear is passed on
 * as it is, and a worker encrypts the input of its activities, whoever wrote it.
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
  const clear: Payload = { metadata, data };
  const [payload = clear] = (await sealingCodec(codecs)?.encode([clear], { type: 'workflow', ...owner })) ?? [];
  return Buffer.from(wirePayload.encode(payload).finish()).toString('base64');
}

/**
 * Opens a text of {@link sealRequest}.
 *
 * @throws PayloadDecryptionError if it was changed, is for another workflow, was encrypted as something else than a request, or
 *   is encrypted with an unknown key
 */
export async function openRequest(
  codecs: readonly PayloadCodec[],
  owner: RequestOwner,
  sealed: string,
): Promise<{ request: unknown; isEncrypted: boolean }> {
  const payload: Payload = wirePayload.decode(Buffer.from(sealed, 'base64'));
  const [opened = payload] = (await sealingCodec(codecs)?.decode([payload], { type: 'workflow', ...owner })) ?? [];
  return {
    request: JSON.parse(new TextDecoder().decode(opened.data ?? new Uint8Array())),
    isEncrypted: isEncrypted(payload),
  };
}

/** Whether a process with these codecs encrypts what it sends to Temporal. */
export function encrypts(codecs: readonly PayloadCodec[]): boolean {
  return codecs.some((codec) => isOurs(codec) && codec.encrypts);
}

function sealingCodec(codecs: readonly PayloadCodec[]): EncryptingCodec | undefined {
  return codecs.find(isOurs)?.forPurpose('sealed-request');
}

/** A data converter may have codecs of others beside ours. */
function isOurs(codec: PayloadCodec): codec is EncryptingCodec {
  return 'forPurpose' in codec;
}
