import type { Client } from '@temporalio/client';
import type { Payload } from '@temporalio/common';

/**
 * Decodes payloads of a workflow that the SDK leaves as they are.
 *
 * @throws PayloadDecryptionError for a payload that this process has no key for
 */
export async function decodePayloads(
  client: Client,
  workflowId: string,
  encoded: readonly Payload[],
): Promise<unknown[]> {
  const { namespace, loadedDataConverter } = client.options;
  const { payloadCodecs, payloadConverter } = loadedDataConverter;
  const context = { type: 'workflow', namespace, workflowId } as const;
  let payloads = [...encoded];
  for (const codec of payloadCodecs.toReversed()) payloads = await codec.decode(payloads, context);
  return payloads.map((payload) => payloadConverter.fromPayload(payload));
}
