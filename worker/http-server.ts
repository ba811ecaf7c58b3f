import fastify from 'fastify';
import type { ScopeStatus } from './scopes/scope-state.ts';

export interface HTTPServerOptions {
  /** 0 chooses a free port. */
  port: number;
  /** Whether the worker takes work. */
  isReady: () => Promise<boolean>;
  /** The accounts and regions that it serves. */
  scopes: () => ScopeStatus[];
  /** The address at which the SDK serves its metrics, `host:port`. */
  metricsAddress: string;
}

/**
 * Serves `/healthz`, `/readyz` and `/metrics` on all interfaces, as probes and scrapers need it; they show nothing secret.
 * The metrics come from the SDK's own endpoint, which listens on the loopback only, so that one port is enough.
 *
 * @returns The port.
 */
export async function startHTTPServer(options: HTTPServerOptions): Promise<number> {
  const server = fastify();
  // A worker that cannot go on ends by itself. The probe only has to find out whether this thread still runs.
  server.get('/healthz', (_, reply) => reply.send({ alive: true }));
  server.get('/readyz', async (_, reply) => {
    const ready = await options.isReady();
    return reply.code(ready ? 200 : 503).send({ ready, scopes: options.scopes() });
  });
  server.get('/metrics', async (_, reply) => {
    const metrics = await fetch(`http://${options.metricsAddress}/metrics`);
    return reply
      .code(metrics.status)
      .type(metrics.headers.get('content-type') ?? 'text/plain')
      .send(await metrics.text());
  });
  await server.listen({ port: options.port, host: '0.0.0.0' });
  const [address] = server.addresses();
  return typeof address === 'object' ? address.port : options.port;
}
