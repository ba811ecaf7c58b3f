import type { DataConverter } from '@temporalio/common';
import { dataConverterOf } from './data-converter.ts';
import { loadEncryption } from './load-encryption.ts';

/**
 * Creates the data converter that a client needs to read payloads of the workers. It takes the keys from the variables
 * `CCE_ENCRYPTION_KEYS` and so on, see docs/secrets.md.
 *
 * @param environment The variables to read. Default: those of this process.
 * @throws EncryptionKeyError
 *
 * @example
 * ```ts
 * const client = new Client({ connection, dataConverter: loadDataConverter() });
 * ```
 */
export function loadDataConverter(environment: Readonly<NodeJS.ProcessEnv> = process.env): DataConverter {
  return dataConverterOf(loadEncryption(environment));
}
