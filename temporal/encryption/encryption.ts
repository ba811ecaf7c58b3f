import { EncryptionKeyError, parseKeyRing, type KeyRing } from './encryption-keys.ts';

/** Says whether payloads are encrypted before Temporal receives them, and with which keys. */
export interface Encryption {
  keys: KeyRing;
  /** If false, payloads are sent in clear. Encrypted payloads can still be read. */
  encrypts: boolean;
  /** Somebody has turned encryption off. Without it, a process that has no key may merely lack it. */
  isTurnedOff?: true;
}

/**
 * Reads the encryption settings. `CCE_ENCRYPTION_KEYS`, or the file that `CCE_ENCRYPTION_KEYS_FILE` names, contains the
 * keys; see {@link parseKeyRing}. `CCE_ENCRYPTION` is `on` or `off`; the default is `on` if there are keys or `NODE_ENV` is
 * `production`.
 *
 * @throws EncryptionKeyError if a setting is invalid, or if encryption is on and there is no key
 */
export function readEncryption(
  environment: Readonly<NodeJS.ProcessEnv>,
  readTextFile: (path: string) => string,
): Encryption {
  const { CCE_ENCRYPTION: choice, NODE_ENV } = environment;
  if (choice !== undefined && choice !== '' && choice !== 'on' && choice !== 'off') {
    throw new EncryptionKeyError('CCE_ENCRYPTION must be "on" or "off"');
  }
  const keys = readKeyRing(environment, readTextFile);
  const mustEncrypt = choice === 'on' || (choice !== 'off' && NODE_ENV === 'production');
  if (mustEncrypt && keys.length === 0) {
    throw new EncryptionKeyError(
      [
        'encryption is on, but there is no key; without it, Temporal would store the content of specs in clear',
        '- generate a key with `ccectl keys generate --file PATH`, or print one with `ccectl keys generate`',
        '- give it to every worker and client, as CCE_ENCRYPTION_KEYS_FILE=PATH or CCE_ENCRYPTION_KEYS=id:key',
        '- or turn encryption off with CCE_ENCRYPTION=off',
      ].join('\n'),
    );
  }
  return { keys, encrypts: choice !== 'off' && keys.length > 0, ...(choice === 'off' && { isTurnedOff: true }) };
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
  // A user who names a file wants encryption. An empty file must not turn it off.
  if (keys.length === 0) {
    throw new EncryptionKeyError(`there is no key in ${file}, which CCE_ENCRYPTION_KEYS_FILE names`);
  }
  return keys;
}
