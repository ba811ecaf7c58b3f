import type { FastifyPluginAsync } from 'fastify';
import type { Registry } from 'prom-client';
import type { Scopes } from '../client/index.ts';

interface ProbeOptions {
  scopes: Scopes;
  registry: Registry;
  stopping: AbortSignal;
}

/** `/healthz`, `/readyz` and `/metrics`, without a token as probes and scrapers need it; they show nothing secret. */
export const addProbes: FastifyPluginAsync<ProbeOptions> = async (app, { scopes, registry, stopping }) => {
  let asked: Promise<boolean> | undefined;

  /** Asks Temporal once at a time, however many probes ask. */
  function isReady(): Promise<boolean> {
    asked ??= scopes
      .check()
      .then(() => true)
      .catch(() => false)
      .finally(() => (asked = undefined));
    return asked;
  }

  const open = { schema: { hide: true }, config: { rateLimit: false as const } };
  app.get('/healthz', open, (_, reply) => reply.send({ alive: true }));
  app.get('/readyz', open, async (_, reply) => {
    const ready = !stopping.aborted && (await isReady());
    return reply.code(ready ? 200 : 503).send({ ready });
  });
  app.get('/metrics', open, async (_, reply) => reply.type(registry.contentType).send(await registry.metrics()));
};
