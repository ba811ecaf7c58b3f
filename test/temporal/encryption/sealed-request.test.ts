import proto from '@temporalio/proto';
import { expect, it } from 'vitest';
import { generateKeyEntry, parseKeyRing } from '../../../client/index.ts';
import { createPayloadCodec } from '../../../temporal/encryption/payload-codec.ts';
import { encrypts, openRequest, sealRequest } from '../../../temporal/encryption/sealed-request.ts';

const codecs = [createPayloadCodec({ keys: parseKeyRing(generateKeyEntry('key')), encrypts: true })];
const clear = [createPayloadCodec({ keys: [], encrypts: false })];
const owner = { namespace: 'default', workflowId: 'request-1' };
const request = { target: { clusterName: 'ci-7' } };

it('a sealed request is opened with the same keys, and says that it was encrypted', async () => {
  const sealed = await sealRequest(codecs, owner, request);
  expect(Buffer.from(sealed, 'base64').toString('latin1')).not.toContain('ci-7');
  expect(await openRequest(codecs, owner, sealed)).toEqual({ request, isEncrypted: true });
});

it('a request that was sealed without keys says that it is in clear, whoever opens it', async () => {
  const sealed = await sealRequest(clear, owner, request);
  for (const opener of [clear, codecs]) {
    expect(await openRequest(opener, owner, sealed)).toEqual({ request, isEncrypted: false });
  }
});

it('a sealed request cannot be used for another workflow', async () => {
  const sealed = await sealRequest(codecs, owner, request);
  await expect(openRequest(codecs, { ...owner, workflowId: 'request-2' }, sealed)).rejects.toMatchObject({
    problem: 'moved',
  });
});

it('what a worker encrypts for the same workflow is no request', async () => {
  const { Payload } = proto.temporal.api.common.v1;
  const text = new TextEncoder();
  const payload = { metadata: { encoding: text.encode('json/plain') }, data: text.encode(JSON.stringify(request)) };
  const [input = {}] = await codecs[0]!.encode([payload], { type: 'activity', isLocal: false, ...owner });
  const replayed = Buffer.from(Payload.encode(input).finish()).toString('base64');
  await expect(openRequest(codecs, owner, replayed)).rejects.toMatchObject({ problem: 'tampered' });
});

it('a sealed request is no payload', async () => {
  const { Payload } = proto.temporal.api.common.v1;
  const sealed = Payload.decode(Buffer.from(await sealRequest(codecs, owner, request), 'base64'));
  await expect(codecs[0]!.decode([sealed], { type: 'workflow', ...owner })).rejects.toMatchObject({
    problem: 'tampered',
  });
});

it('a sealed request cannot be changed', async () => {
  const bytes = Buffer.from(await sealRequest(codecs, owner, request), 'base64');
  bytes[bytes.length - 1]! ^= 1;
  await expect(openRequest(codecs, owner, bytes.toString('base64'))).rejects.toMatchObject({ problem: 'tampered' });
});

it.each([
  [codecs, true],
  [clear, false],
  [[], false],
])('a process knows whether it encrypts', (used, expected) => {
  expect(encrypts(used)).toBe(expected);
});
