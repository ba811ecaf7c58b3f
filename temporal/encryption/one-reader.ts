/** A public key as JSON (RFC 7517). */
export interface PublicKey {
  kty: string;
  crv: string;
  x: string;
  y: string;
}

/** Opens what is sealed for it. The private key never leaves the process, and is gone with the reader. */
export interface Reader {
  publicKey: PublicKey;
  /** @throws Error if the text is not sealed for this reader, or was changed */
  open: (sealed: string) => Promise<string>;
}

const algorithm = { alg: 'ECDH-ES', enc: 'A256GCM' } as const;

/**
 * Makes a key pair for a single answer. Temporal keeps the sealed answer for as long as its retention time says, and
 * neither the keys of the workers nor a codec server can open it there.
 */
export async function createReader(): Promise<Reader> {
  // Loaded with the first reader: commands that need none start sooner.
  const { compactDecrypt, exportJWK, generateKeyPair } = await import('jose');
  const { publicKey, privateKey } = await generateKeyPair(algorithm.alg, { crv: 'P-256' });
  const { kty = '', crv = '', x = '', y = '' } = await exportJWK(publicKey);
  return {
    publicKey: { kty, crv, x, y },
    async open(sealed) {
      const { plaintext } = await compactDecrypt(sealed, privateKey, {
        keyManagementAlgorithms: [algorithm.alg],
        contentEncryptionAlgorithms: [algorithm.enc],
      });
      return new TextDecoder().decode(plaintext);
    },
  };
}

/**
 * Creates a function that encrypts a text so that only the holder of the private key can read it (compact JWE, RFC 7516).
 *
 * @throws Error if nothing can be encrypted with the key
 */
export async function createSealer(publicKey: PublicKey): Promise<(text: string) => Promise<string>> {
  const { CompactEncrypt, importJWK } = await import('jose');
  const key = await importJWK(publicKey, algorithm.alg);
  const seal = (text: string) =>
    new CompactEncrypt(new TextEncoder().encode(text)).setProtectedHeader(algorithm).encrypt(key);
  // What is wrong with a key may show only when it is used.
  await seal('');
  return seal;
}
