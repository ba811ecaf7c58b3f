import { readFileSync } from 'node:fs';
import type { DataConverter } from '@temporalio/common';
import { dataConverterOf } from './data-converter.ts';
import { readEncryption, type Encryption } from './encryption.ts';

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

/**
 * Reads the keys that {@link loadDataConverter} uses.
 *
 * @param environment The variables to read. Default: those of this process.
 * @throws EncryptionKeyError
 */
export function loadEncryption(environment: Readonly<NodeJS.ProcessEnv> = process.env): Encryption {
  return readEncryption(environment, (path) => readFileSync(path, 'utf8'));
}
