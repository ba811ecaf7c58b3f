import { readFileSync } from 'node:fs';
import { readEncryption, type Encryption } from './encryption.ts';

/**
 * Reads the keys that `loadDataConverter` uses, without loading Temporal's SDK.
 *
 * @param environment The variables to read. Default: those of this process.
 * @throws EncryptionKeyError
 */
export function loadEncryption(environment: Readonly<NodeJS.ProcessEnv> = process.env): Encryption {
  return readEncryption(environment, (path) => readFileSync(path, 'utf8'));
}
