import { randomBytes } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { expect, it } from 'vitest';
import { batchPageWorkflowID } from '../../../contract/identity.ts';
import { createPayloadCodec } from '../../../temporal/encryption/payload-codec.ts';
import { PayloadDecryptionError } from '../../../temporal/encryption/payload-decryption-error.ts';
import { itemsOfPage } from '../../../temporal/executions/items-of-page.ts';
import { deleteItem } from '../../batches.ts';

const upload = { account: 'a', region: 'bj', name: 'a-batch', uploadID: 'an-upload', items: 2, itemsPerPage: 1 };

/** A Temporal that has a page with this item, encrypted for the workflow that it belongs to. */
async function clientOf(clusterName: string, ofPage: number): Promise<Client> {
  const keys = [{ id: '1', fingerprint: 'print', bytes: randomBytes(32) }];
  const codec = createPayloadCodec({ keys, encrypts: true });
  const workflowId = batchPageWorkflowID(upload, ofPage);
  const context = { type: 'workflow', namespace: 'default', workflowId } as const;
  const input = [defaultPayloadConverter.toPayload({ items: [deleteItem(clusterName)] })];
  const payloads = await codec.encode(input, context);
  return {
    options: {
      namespace: 'default',
      loadedDataConverter: { payloadCodecs: [codec], payloadConverter: defaultPayloadConverter },
    },
    workflowService: {
      getWorkflowExecutionHistory: async () => ({
        history: { events: [{ workflowExecutionStartedEventAttributes: { input: { payloads } } }] },
      }),
    },
  } as unknown as Client;
}

it('an encrypted page of a batch is read from the input of its workflow', async () => {
  expect(await itemsOfPage(await clientOf('x', 1), upload, 1)).toEqual([deleteItem('x')]);
});

it('a page of a batch that was encrypted for another workflow is refused', async () => {
  await expect(itemsOfPage(await clientOf('x', 0), upload, 1)).rejects.toThrow(PayloadDecryptionError);
});
