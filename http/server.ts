import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { validatorCompiler } from 'fastify-type-provider-zod';
import type { Registry } from 'prom-client';
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Scopes } from '../client/index.ts';
import { addAudit } from './audit.ts';
import type { ApprovalRules } from './access/approval-rules.ts';
import { addAuthorization, type Authenticate } from './access/authorize.ts';
import { addBodies, bodyLimitBytes } from './bodies.ts';
import { addETags } from './etag.ts';
import { addMetrics } from './metrics.ts';
import { clientGone, onEnd } from './on-end.ts';
import { addOpenAPI } from './openapi.ts';
import { addProbes } from './probes.ts';
import { problemOf } from './problem-of.ts';
import { addReferencePage } from './reference-page.ts';
import { RequestError } from './request-error.ts';
import { apiRoutes } from './routes/index.ts';
import { answerUnreadable } from './unreadable.ts';

export interface ServerOptions {
  scopes: Scopes;
  authenticate: Authenticate;
  logger: FastifyBaseLogger;
  registry: Registry;
  /** The limit for the requests of one principal, and for those of one address without a valid token. */
  maximumRequestsPerSecond: number;
  /** Addresses and ranges of proxies whose `X-Forwarded-For` tells the address of a client. */
  trustedProxies?: readonly string[];
  /** Where a second principal has to approve deletions. @default nowhere */
  approvals?: ApprovalRules;
  /** Ends waits early once the server stops. */
  stopping: AbortSignal;
  /** How long a stream of events lasts. @default 10 minutes */
  longestStreamMs?: number;
  /** Adds hooks that come before all others. */
  prepare?: (app: FastifyInstance) => void;
}

/** Creates the server of docs/http.md. The caller starts and closes it. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const { scopes, logger, registry, stopping, maximumRequestsPerSecond, trustedProxies = [] } = options;
  const { longestStreamMs = 10 * 60_000, approvals } = options;
  const app = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestID' }),
    genReqId: () => randomUUID(),
    bodyLimit: bodyLimitBytes,
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    // Against clients that send slowly. An answer may take longer: `wait`.
    requestTimeout: 30_000,
    keepAliveTimeout: 65_000,
    // The headers of one request may hold the ID of an event (12 KB) and a JSON Web Token (8 KB).
    http: { headersTimeout: 15_000, maxHeaderSize: 32 * 1024 },
    // While the server stops, requests on open connections are served, and the connections closed.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200 },
    // A path that cannot be decoded, for example. Hooks do not run for it.
    frameworkErrors(error, request, reply) {
      void answerError(error, request, reply.header('x-request-id', request.id) as FastifyReply);
      request.log.info({ ...lineOf(request), status: reply.statusCode }, 'request');
    },
    clientErrorHandler: (error, socket) => answerUnreadable(error, socket, logger),
  });
  // One for each wait and each stream.
  setMaxListeners(0, stopping);
  app.setValidatorCompiler(validatorCompiler);
  // The schemas describe answers and do not check them: a field that they lack is sent all the same.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.setErrorHandler(answerError);
  options.prepare?.(app);
  addAuthorization(app, options.authenticate);
  addAudit(app);
  addRequestLog(app);
  addMetrics(app, registry);
  addETags(app);
  addBodies(app);
  await app.register(rateLimit, {
    max: maximumRequestsPerSecond,
    timeWindow: 1000,
    // The network of an IPv6 address: its owner has more addresses than anybody can count.
    keyGenerator: ({ principal, ip }) =>
      principal === undefined ? `address ${normalizeIP(ip)}` : `token ${principal.name}`,
    errorResponseBuilder: () =>
      new RequestError(
        429,
        'TooManyRequests',
        `more than ${maximumRequestsPerSecond} requests a second; see Retry-After`,
      ),
  });
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (request) => {
    throw new RequestError(404, 'NotFound', `there is no ${request.method} of this path; /openapi.json lists all`);
  });
  await addOpenAPI(app);
  addReferencePage(app);
  await app.register(addProbes, { scopes, registry, stopping });
  await app.register(apiRoutes, { prefix: '/v1/:account/:region', scopes, stopping, longestStreamMs, approvals });
  await app.ready();
  return app;
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemOf(error, request.id);
  if (problem.status >= 500) request.log.error({ error }, 'a request has failed');
  if (problem.status === 503) void reply.header('retry-after', retryAfterSeconds);
  return reply.code(problem.status).type('application/problem+json').serializer(JSON.stringify).send(problem);
}

const retryAfterSeconds = 5;

/** One line for each request. Its query is left out, which may have anything in it. */
function addRequestLog(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id);
  });
  onEnd(app, (request, reply, isAnswered) => {
    const entry = {
      ...lineOf(request),
      status: isAnswered ? reply.statusCode : clientGone,
      milliseconds: Math.round(reply.elapsedTime),
      ...(request.principal !== undefined && { who: request.principal.name }),
    };
    // Probes and scrapes come every few seconds.
    if (request.routeOptions.config.role === undefined && entry.status < 400) request.log.debug(entry, 'request');
    else request.log.info(entry, 'request');
  });
}

function lineOf({ method, url }: FastifyRequest) {
  return { method, path: url.split('?', 1)[0]?.slice(0, 300) };
}
