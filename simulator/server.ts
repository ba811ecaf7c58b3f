import fastify, { type FastifyInstance } from 'fastify';
import { registerAdminRoutes } from './admin-routes.ts';
import { deliver } from './deliver.ts';
import { defaultOptions, type SimulatorOptions } from './options.ts';
import { ServiceError, toServiceError } from './service-error.ts';
import { createSimulation, type Simulation } from './simulation.ts';
import { registerVendorRoutes } from './vendor-routes.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The name of the vendor's call. Absent for admin calls, which are not logged. */
    call?: string;
  }
}

/**
 * Creates the HTTP server of a simulator. The caller makes it listen.
 *
 * @throws Error if the state file is invalid or inaccessible.
 */
export function createServer(options: Partial<SimulatorOptions> = {}): FastifyInstance {
  const simulation = createSimulation({ ...defaultOptions, ...options });
  const app = fastify({
    genReqId: () => simulation.random.uuid(),
    forceCloseConnections: true,
    // The limit of the vendor's service is unknown; a request with many nodes must not fail.
    bodyLimit: 16 * 1024 * 1024,
  });
  readBodiesLikeTheVendor(app);
  prepareAnswers(app, simulation);
  registerVendorRoutes(app, simulation);
  registerAdminRoutes(app, simulation);
  app.addHook('onClose', async () => simulation.close());
  return app;
}

/** By default Fastify requires a known content type and rejects an empty JSON body, which the vendor's SDKs send. */
function readBodiesLikeTheVendor(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, async (_request: unknown, body: string) =>
    body === '' ? undefined : (JSON.parse(body) as unknown),
  );
}

function prepareAnswers(app: FastifyInstance, { options, log }: Simulation): void {
  app.decorateRequest('logDraft');
  app.addHook('onRequest', async (request, reply) => {
    const nowMs = options.now();
    reply.headers({ 'X-Bce-Request-Id': request.id, Date: new Date(nowMs).toUTCString() });
    request.logDraft = {
      time: new Date(nowMs).toISOString(),
      call: request.routeOptions.config.call ?? 'unknown',
      method: request.method,
      path: request.url.split('?', 1)[0] ?? '',
      query: withoutSecrets(request.query),
      effect: 'none',
      authenticated: false,
      userAgent: request.headers['user-agent'] ?? '',
    };
  });
  app.setErrorHandler((error, request, reply) =>
    deliver(log, request, reply, { form: 'error', error: toServiceError(error) }),
  );
  app.setNotFoundHandler((request, reply) => {
    const { method, path } = request.logDraft;
    const error = new ServiceError(404, 'cce.warning.NoSuchObject', `${method} ${path}: no such object`);
    return deliver(log, request, reply, { form: 'error', error });
  });
}

/** The query may contain temporary credentials (vendor's Java SDK). */
function withoutSecrets(query: unknown): Record<string, string> {
  const secretNames = ['authorization', 'x-bce-security-token'];
  return Object.fromEntries(
    Object.entries(query as object)
      .filter(([name]) => !secretNames.includes(name.toLowerCase()))
      .map(([name, value]) => [name, String(value)]),
  );
}
