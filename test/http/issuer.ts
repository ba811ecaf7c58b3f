import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';

export const audience = 'cce';
/** An issuer with its discovery and its keys. */
export async function startIssuer() {
  const keys = new Map<string, CryptoKey>();
  const published: JWK[] = [];
  let status = 200;
  let keysAt = '';
  const pages = new Map<string, string>();
  const asked: string[] = [];
  const server: Server = createServer(({ url = '' }, response) => {
    asked.push(url);
    const documents: Record<string, object> = {
      '/.well-known/openid-configuration': { issuer, jwks_uri: `${keysAt}/keys` },
      '/keys': { keys: published },
    };
    response.writeHead(status, { 'content-type': 'application/json' });
    const page = pages.get(url) ?? JSON.stringify(documents[url]);
    // A body that hangs.
    if (page === '') response.flushHeaders();
    else response.end(page);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    asked,
    answer: (now: number) => (status = now),
    showKeysAt: (url: string) => (keysAt = url),
    /** Answers a path with another page, or with a body that never comes if it is empty. */
    pages,
    keys: () => JSON.stringify({ keys: published }),
    async addKey(kid: string, isPublished = true) {
      const { privateKey, publicKey } = await generateKeyPair('ES256');
      keys.set(kid, privateKey);
      if (isPublished) published.push({ ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' });
    },
    sign({ kid, aud = audience, iss = issuer, exp = '5m', ...claims }: Record<string, unknown> & { kid: string }) {
      const token = new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid }).setAudience(String(aud));
      if (exp !== null) token.setExpirationTime(exp as string | number);
      return token.setIssuer(String(iss)).sign(keys.get(kid)!);
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
