import { readFileSync } from 'node:fs';
import type { DataConverter } from '@temporalio/common';
import { dataConverterOf } from './data-converter.ts';
import { readEncryption, type Encryption } from './encryption.ts';

/**
 * What a client of one's own needs to read what the workers write: `new Client({ connection, dataConverter })`. The
 * settings are those of `CCE_ENCRYPTION_KEYS`, see docs/secrets.md.
 *
 * @param environment Default: this process's.
 * @throws EncryptionKeyError
 */
export function loadDataConverter(environment: Readonly<NodeJS.ProcessEnv> = process.env): DataConverter {
  return dataConverterOf(loadEncryption(environment));
}

/**
 * The keys behind it.
 *
 * @param environment Default: this process's.
 * @throws EncryptionKeyError
 */
export function loadEncryption(environment: Readonly<NodeJS.ProcessEnv> = process.env): Encryption {
  return readEncryption(environment, (path) => readFileSync(path, 'utf8'));
}
