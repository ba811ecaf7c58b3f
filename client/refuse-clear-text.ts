import type { Client } from '@temporalio/client';
import { workflowIDPrefix, type AccountRegion } from '../contract/identity.ts';
import { EncryptionKeyError } from '../temporal/encryption/encryption-keys.ts';
import { isKeyless } from '../temporal/encryption/keyless.ts';
import { areOperations, listRunsOf } from '../temporal/executions/list-operations.ts';

/**
 * Keeps a client that has no key from storing a spec in clear where others encrypt. Asks Temporal for one create or delete of
 * this account and region, at most once a minute, and only if the client has no key. A client with another key than the workers
 * passes: an operation that it cannot read may be older than a lost key, and then nobody could start anything any more. The status
 * of what it starts says that the keys differ.
 *
 * @throws EncryptionKeyError
 */
export async function refuseClearText(client: Client, scope: AccountRegion): Promise<void> {
  if (!isKeyless(client.options.loadedDataConverter.payloadCodecs)) return;
  const prefix = workflowIDPrefix(scope);
  const last = looks.get(client);
  if (last?.prefix === prefix && Date.now() - last.atMs < lookAgainMs) return;
  for await (const run of listRunsOf(client, scope, areOperations, 1)) {
    if ((await run.memo()) === undefined) throw new EncryptionKeyError(advice);
    break;
  }
  looks.set(client, { prefix, atMs: Date.now() });
}

const lookAgainMs = 60_000;
const looks = new WeakMap<Client, { prefix: string; atMs: number }>();

const advice = [
  'operations of this account and region are encrypted, and this process has no key; Temporal would store the spec in clear',
  '- give it the keys of the workers, as CCE_ENCRYPTION_KEYS_FILE=PATH or CCE_ENCRYPTION_KEYS=id:key',
  '- or turn encryption off with CCE_ENCRYPTION=off',
].join('\n');
