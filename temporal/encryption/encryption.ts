import { EncryptionKeyError, parseKeyRing, type KeyRing } from './encryption-keys.ts';

/** Whether payloads are encrypted before Temporal sees them, and by which keys they can be read again. */
export interface Encryption {
  keys: KeyRing;
  /** Without, payloads are sent as they are; those that were encrypted before are read all the same. */
  encrypts: boolean;
}

/**
 * Reads the settings of encryption: `CCE_ENCRYPTION_KEYS`, or a file of the same form named by
 * `CCE_ENCRYPTION_KEYS_FILE`, see {@link parseKeyRing}; and `CCE_ENCRYPTION`, `on` or `off`, by default `on` where there
 * are keys and wherever `NODE_ENV` is `production`.
 *
 * @throws EncryptionKeyError, also where it is to be on and there is no key
 */
export function readEncryption(
  environment: Readonly<NodeJS.ProcessEnv>,
  readTextFile: (path: string) => string,
): Encryption {
  const { CCE_ENCRYPTION: choice, NODE_ENV } = environment;
  if (choice !== undefined && choice !== '' && choice !== 'on' && choice !== 'off') {
    throw new EncryptionKeyError('CCE_ENCRYPTION is neither "on" nor "off"');
  }
  const keys = readKeyRing(environment, readTextFile);
  const mustEncrypt = choice === 'on' || (choice !== 'off' && NODE_ENV === 'production');
  if (mustEncrypt && keys.length === 0) {
    throw new EncryptionKeyError(
      [
        'payloads are to be encrypted, and there is no key. What a spec contains would be stored by Temporal in clear.',
        '- make a key with `ccectl keys generate --file PATH`, or `ccectl keys generate` to print one',
        '- give it to every worker and client, as CCE_ENCRYPTION_KEYS_FILE=PATH or CCE_ENCRYPTION_KEYS=id:key',
        '- or do without, with CCE_ENCRYPTION=off',
      ].join('\n'),
    );
  }
  return { keys, encrypts: choice !== 'off' && keys.length > 0 };
}

function readKeyRing(
  { CCE_ENCRYPTION_KEYS: text = '', CCE_ENCRYPTION_KEYS_FILE: file = '' }: Readonly<NodeJS.ProcessEnv>,
  readTextFile: (path: string) => string,
): KeyRing {
  if (file === '') return parseKeyRing(text);
  if (text !== '') {
    throw new EncryptionKeyError('CCE_ENCRYPTION_KEYS and CCE_ENCRYPTION_KEYS_FILE are both set; unset one of them');
  }
  let keys: KeyRing;
  try {
    keys = parseKeyRing(readTextFile(file));
  } catch (error) {
    if (error instanceof EncryptionKeyError) throw error;
    throw new EncryptionKeyError(`CCE_ENCRYPTION_KEYS_FILE cannot be read: ${String(error)}`, { cause: error });
  }
  // Whoever names a file means to encrypt; one that is still empty must not pass for "no keys wanted".
  if (keys.length === 0)
    throw new EncryptionKeyError(`there is no key in ${file}, which CCE_ENCRYPTION_KEYS_FILE names`);
  return keys;
}
