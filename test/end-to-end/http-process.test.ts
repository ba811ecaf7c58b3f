import { randomUUID } from 'node:crypto';
import { createServer, connect, type Server, type Socket } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { newToken } from '../../http/access/new-token.ts';
import { freeLoopbackPort } from '../../worker/free-port.ts';
import { httpEnvironment, startHTTPProcess } from '../http-process.ts';
import { runToEnd } from '../processes.ts';
import { waiting } from '../waiting.ts';

describe('a server process', () => {
  it.each([
    [
      'whose port is none',
      { CCE_HTTP_PORT: 'eighty' },
      2,
      /^the configuration is invalid:\n- CCE_HTTP_PORT must be a port number/,
    ],
    ['whose namespace does not exist', { TEMPORAL_NAMESPACE: 'no-such-namespace' }, 2, /there is no namespace/],
  ])('%s exits with the reason', async (_, environment, code, reason) => {
    const env = httpEnvironment({ TEMPORAL_ADDRESS: inject('temporalAddress'), ...environment });
    const { exitCode, stdout, stderr } = await runToEnd('http', [], { env, timeout: 60_000 });
    expect([exitCode, stdout]).toEqual([code, '']);
    expect(stderr).toMatch(reason);
  });

  describe('with tokens, while Temporal comes and goes', () => {
    const account = `test-${randomUUID().slice(0, 8)}`;
    let folder: string;
    let proxy: Proxy;
    let server: ReturnType<typeof startHTTPProcess>;
    let url: string;
    let token: string;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'cce-server-'));
      const made = newToken('everybody');
      token = made.token;
      const tokensFile = join(folder, 'tokens.yaml');
      await writeFile(tokensFile, stringify({ tokens: [made.entry] }));
      proxy = await startProxy(inject('temporalAddress'));
      const webhooksFile = join(folder, 'webhooks.yaml');
      const secret = { fromEnv: 'CCE_WEBHOOK_SECRET' };
      const webhook = { name: 'platform', scopes: [`${account}/bj`], url: 'https://receiver.example/cce', secret };
      await writeFile(webhooksFile, stringify({ webhooks: [webhook] }));
      server = startHTTPProcess({
        TEMPORAL_ADDRESS: proxy.address,
        CCE_HTTP_TOKENS_FILE: tokensFile,
        CCE_WEBHOOKS_FILE: webhooksFile,
        CCE_HTTP_APPROVAL_SCOPES: 'guarded/*',
      });
      url = await server.url;
    });

    afterAll(async () => {
      server.kill();
      await proxy.close();
      await rm(folder, { recursive: true });
    });

    const get = (path: string) => fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
    const readiness = async () => (await fetch(`${url}/readyz`)).status;

    it('is unready without it and ready with it, answers 503 meanwhile, and finishes what is under way at SIGTERM', async () => {
      expect(await readiness()).toBe(503);
      expect((await fetch(`${url}/healthz`)).status).toBe(200);
      expect((await fetch(`${url}/v1/default/bj/clusters`)).status).toBe(401);
      proxy.open(true);
      await vi.waitUntil(async () => (await readiness()) === 200, waiting);
      expect((await get('/v1/default/bj/clusters/nobody')).status).toBe(404);
      proxy.open(false);
      await vi.waitUntil(async () => (await readiness()) === 503, waiting);
      const unreachable = await get('/v1/default/bj/clusters/nobody');
      expect([unreachable.status, unreachable.headers.get('retry-after')]).toEqual([503, '5']);
      proxy.open(true);
      await vi.waitUntil(async () => (await readiness()) === 200, waiting);
      // It could not be registered before.
      await vi.waitUntil(async () => (await get(`/v1/${account}/bj/webhooks/platform`)).status === 200, waiting);
      const registered = await (await get(`/v1/${account}/bj/webhooks/platform`)).json();
      expect(registered).toMatchObject({ url: 'https://receiver.example/…', requestedBy: 'CCE_WEBHOOKS_FILE' });
      const guarded = await fetch(`${url}/v1/guarded/bj/schedules/teardowns/nightly`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ every: '24h', filter: { name: 'ci-*' } }),
      });
      expect([guarded.status, await guarded.json()]).toMatchObject([403, { code: 'ApprovalRequired' }]);
      const last = get('/v1/default/bj/clusters');
      expect((await last).status).toBe(200);
      expect(await server.stop()).toBe(0);
      expect(server.log()).toContain('server has stopped');
      expect(server.log()).not.toContain(token);
      expect(server.log()).not.toMatch(/\n\s+at /);
    });
  });
});

/** A way to Temporal that can be closed. */
interface Proxy {
  address: string;
  open: (isOpen: boolean) => void;
  close: () => Promise<void>;
}

async function startProxy(target: string): Promise<Proxy> {
  const [host = '', port] = target.split(':');
  const sockets = new Set<Socket>();
  let isOpen = false;
  const server: Server = createServer((socket) => {
    if (!isOpen) return void socket.destroy();
    const onward = connect(Number(port), host);
    for (const end of [socket, onward]) {
      sockets.add(end);
      end.on('error', () => {});
      end.on('close', () => {
        socket.destroy();
        onward.destroy();
      });
    }
    socket.pipe(onward).pipe(socket);
  });
  const own = await freeLoopbackPort();
  await new Promise<void>((resolve) => server.listen(own, '127.0.0.1', resolve));
  const drop = () => sockets.forEach((socket) => socket.destroy());
  return {
    address: `127.0.0.1:${own}`,
    open(now) {
      isOpen = now;
      if (!now) drop();
    },
    close: async () => {
      drop();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
